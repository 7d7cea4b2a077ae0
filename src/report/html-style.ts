/** The style of the page: system fonts, light and dark, prints on paper. Marks are characters: colour never carries the meaning alone. */
export const style = `
:root { color-scheme: light dark; --ink: light-dark(#1d2430, #e4e8ee); --soft: light-dark(#5c6675, #9aa5b4); --line: light-dark(#d9dee6, #313a47);
  --page: light-dark(#fff, #12161c); --card: light-dark(#f6f8fa, #1a2029);
  --pass: light-dark(#136c38, #6fd195); --fail: light-dark(#b3261e, #ff9d94); --error: light-dark(#7a5b00, #e9c46a); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p.sub { color: var(--soft); margin: .25rem 0 1.5rem; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 0; }
dl.facts div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
dl.facts dt { color: var(--soft); font-size: .8rem; } dl.facts dd { margin: 0; font-size: 1.35rem; font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; } tbody th { font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; } td.m, th.m { text-align: center; }
.pass { color: var(--pass); } .fail, .waiting { color: var(--fail); } .error, .missing { color: var(--error); }
.bar { display: flex; height: .6rem; width: 10rem; border-radius: .3rem; overflow: hidden; background: var(--line); }
.bar i { display: block; background: currentColor; } .soft { color: var(--soft); } a { color: inherit; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--card); }
summary { cursor: pointer; padding: .6rem .9rem; display: flex; gap: 1rem; flex-wrap: wrap; align-items: baseline; }
summary b { flex: 1 1 14rem; overflow-wrap: anywhere; } details > :not(summary) { margin: 0 .9rem .75rem; }
ul.checks { list-style: none; padding: 0; } ul.checks > li { padding: .45rem 0; border-top: 1px solid var(--line); }
code, pre { font: .85rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: .25rem 0 0 1.5rem; white-space: pre-wrap; color: var(--soft); }
@media print { body { max-width: none; padding: 0; } details { break-inside: avoid; } .scroll { overflow: visible; } }
`;
