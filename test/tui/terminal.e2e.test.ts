import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleScript } from '../support/bundle.ts';
import { hasProgram, Tmux } from '../support/tmux.ts';

describe.skipIf(!hasProgram('tmux'))('the terminal UI on a real terminal', () => {
  const built = mkdtempSync(join(tmpdir(), 'kubedrill-tui-'));
  let script = '';
  let tmux: Tmux | undefined;

  beforeAll(async () => {
    script = await bundleScript(join(import.meta.dirname, 'fixtures/terminal.tsx'), built);
  });
  afterEach(() => tmux?.close());
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  async function start(columns: number, rows: number, env: Record<string, string> = {}): Promise<Tmux> {
    const terminal = new Tmux(columns, rows, { CI: 'false', ...env });
    tmux = terminal;
    await terminal.until('outer$');
    await terminal.enter(`FIXTURE_FOLDER=${terminal.folder} ${process.execPath} ${script}`);
    await terminal.until('Enter open');
    return terminal;
  }

  async function startInLab(columns: number, rows: number): Promise<Tmux> {
    const terminal = await start(columns, rows);
    await terminal.press('Down', 'Down', 'Enter');
    await terminal.until('Before you act');
    await terminal.press('c', 'Enter');
    await terminal.until('you expected right');
    await terminal.press('Enter');
    await terminal.until('t shell');
    return terminal;
  }

  /** The terminal is as a shell expects it, and the shell works. */
  async function expectRestored(terminal: Tmux): Promise<string> {
    const text = await terminal.until(/outer\$ ?$/m);
    expect(await terminal.flags()).toEqual({ alternate: false, cursor: true });
    await terminal.enter('stty -a | grep -o -- "-\\?icanon" ; stty -a | grep -o -- " -\\?echo "');
    await terminal.until(/^icanon\n echo *$/m);
    return text;
  }

  it('plays a lab with the shell beside it, from the first key to the debrief', async () => {
    const terminal = await startInLab(120, 40);
    await terminal.until('drill$');
    await terminal.press('t');
    await terminal.until('Ctrl+B leaves');
    await terminal.enter('echo "in $LAB_NAMESPACE"; touch fixed');
    await terminal.until('in drill-bf-port-mismatch');
    await terminal.until('Step passed: 5 of 5 points.');
    await terminal.press('C-b');
    await terminal.until('n next step');
    await terminal.press('n');
    await terminal.until('Step 2 of 3');
    await terminal.press('1');
    await terminal.until('drill$ kubectl explain service.spec.ports.targetPort');
    await terminal.press('C-b');
    for (const step of ['Step 3 of 3', 'finish']) {
      await terminal.until('s solution');
      await terminal.press('s', 'y');
      await terminal.until('This is how it is done');
      await terminal.press('Enter');
      await terminal.until('Enter');
      await terminal.press('Enter');
      await terminal.until(step === 'finish' ? 'What to take away' : step);
    }
    await terminal.press('Escape');
    await terminal.until('Black Friday');
    await terminal.press('q');
    await terminal.until('left with 0');
    expect(await expectRestored(terminal)).toContain('before kubedrill');
  });

  it('gives the whole terminal to the shell where there is no room for a pane, and takes it back', async () => {
    const terminal = await startInLab(80, 24);
    await terminal.press('t');
    await terminal.until('A pane beside the text needs 100 columns; this terminal has 80.');
    expect(await terminal.flags()).toMatchObject({ alternate: false });
    await terminal.until('drill$');
    await terminal.enter('touch fixed; exit');
    await terminal.until('Step passed: 5 of 5 points.');
    expect(await terminal.flags()).toMatchObject({ alternate: true });
    await terminal.press('C-c');
    await terminal.until('Quit kubedrill?');
    await terminal.press('y');
    await terminal.until('left with 130');
    await expectRestored(terminal);
  });

  it("lets Ctrl+C in the lent terminal interrupt the shell's program only", async () => {
    const terminal = await startInLab(80, 24);
    await terminal.press('t');
    await terminal.until('drill$');
    await terminal.enter('echo going; cat');
    await terminal.until(/^going$/m);
    await terminal.press('C-c');
    await terminal.until(/\^C\ndrill\$/);
    await terminal.enter('exit');
    await terminal.until('t shell');
  });

  it('is suspended by Ctrl+Z and comes back with fg', async () => {
    const terminal = await start(80, 24);
    await terminal.press('C-z');
    await terminal.until('Stopped');
    expect(await terminal.flags()).toEqual({ alternate: false, cursor: true });
    await terminal.enter('echo meanwhile');
    await terminal.until(/^meanwhile$/m);
    await terminal.enter('fg');
    await terminal.until('Enter open');
    await terminal.press('Down');
    await terminal.until('▸ ◐ Read the Pod');
  });

  it.each([
    ['TERM', 143],
    ['HUP', 129],
    ['INT', 130],
  ])('restores the terminal on SIG%s', async (signal, code) => {
    const terminal = await startInLab(120, 40);
    process.kill(await terminal.child(), `SIG${signal}`);
    await terminal.until(`left with ${code}`);
    expect(await expectRestored(terminal)).toContain(`kubedrill: ended by SIG${signal}`);
  });

  it('restores the terminal after a crash, and then tells of it', async () => {
    const terminal = await startInLab(120, 40);
    writeFileSync(join(terminal.folder, 'crash'), '');
    await terminal.until('left with 3');
    expect(await expectRestored(terminal)).toContain('crashed: the fixture crashed');
  });

  it('runs full-screen programs in the pane: less, with its cursor keys', async () => {
    const terminal = await startInLab(120, 40);
    await terminal.until('drill$');
    await terminal.press('t');
    await terminal.enter('seq -f "line %g" 1 500 | less');
    await terminal.until(/line 1\n/);
    await terminal.press('Down', 'Down');
    await terminal.until((text) => !/line 1\n/.test(text) && !/line 2\n/.test(text) && /line 3\n/.test(text));
    await terminal.press('G');
    await terminal.until('line 500');
    await terminal.press('q');
    await terminal.until('drill$');
  });

  it.skipIf(!hasProgram('vim'))('runs vim in the pane', async () => {
    const terminal = await startInLab(120, 40);
    await terminal.until('drill$');
    await terminal.press('t');
    await terminal.enter('vim --clean notes.txt');
    await terminal.until('~');
    await terminal.type('ione');
    await terminal.press('Enter');
    await terminal.type('two');
    await terminal.press('Up', 'Escape');
    await terminal.type('A 1');
    await terminal.press('Escape');
    await terminal.enter(':wq');
    await terminal.until('drill$');
    await terminal.enter('cat notes.txt');
    await terminal.until(/one 1\n.*two/);
  });

  it('keeps up with a shell that floods the pane: keys still work', async () => {
    const terminal = await startInLab(120, 40);
    await terminal.until('drill$');
    await terminal.press('t');
    await terminal.enter('yes "a flood of words" | head -c 5000000; echo the end');
    await terminal.until('a flood of words');
    await terminal.press('C-b');
    await terminal.until('t types here');
    await terminal.press('Tab');
    await terminal.until('the end', 60_000);
  });

  it("draws itself anew after each change of the terminal's size", async () => {
    const terminal = await startInLab(120, 40);
    await terminal.until('drill$');
    const before = await terminal.text();
    for (const [columns, rows] of [
      [60, 15],
      [200, 50],
      [80, 24],
      [50, 10],
      [101, 30],
      [61, 40],
      [120, 40],
    ] as const)
      await terminal.resize(columns, rows);
    // the shell inside redraws its prompt in its own time
    const shape = (text: string) =>
      text
        .replace(/\d+:\d\d/, 'stopwatch')
        .split('\n')
        .map((row) => row.split('│')[0]?.trimEnd())
        .join('\n');
    await terminal.until((text) => shape(text) === shape(before));
  });
});
