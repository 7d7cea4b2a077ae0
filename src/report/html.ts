import { fileNameOf, type ReportFormat, type ReportInput } from './format.ts';
import type { CheckGrade, CheckSummary, LearnerGrade } from './gradebook.ts';
import { style } from './html-style.ts';
import { html as h, Markup } from './html-text.ts';
import { findings, scoreText, standing, stuckAt } from './words.ts';

const marks: Record<CheckGrade['verdict'], [mark: string, word: string]> = {
  pass: ['✓', 'passed'],
  fail: ['✗', 'failed'],
  waiting: ['✗', 'failed'],
  error: ['?', 'not graded'],
};

const nameOf = (learner: LearnerGrade): string => learner.name ?? learner.id;
const anchorOf = (learner: LearnerGrade): string => `learner-${fileNameOf(learner.id)}`;

const mark = (verdict: CheckGrade['verdict']): Markup =>
  h`<span class="${verdict}" title="${marks[verdict][1]}" role="img" aria-label="${marks[verdict][1]}">${marks[verdict][0]}</span>`;

function facts({ book: { summary } }: ReportInput): Markup {
  const shown: [string, string | number][] = [
    ['learners', summary.learners],
    ['graded', summary.graded],
    ['passed', summary.passed],
    ...(summary.errors > 0 ? [['could not be graded', summary.errors] as [string, number]] : []),
    ...(summary.missing > 0 ? [['missing', summary.missing] as [string, number]] : []),
    ...(summary.late > 0 ? [['late', summary.late] as [string, number]] : []),
    ...(summary.partial > 0 ? [['partly graded', summary.partial] as [string, number]] : []),
    [`mean of ${summary.of}`, summary.mean ?? '–'],
    [`median of ${summary.of}`, summary.median ?? '–'],
  ];
  return h`<dl class="facts">${shown.map(([name, value]) => h`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function bar(check: CheckSummary): Markup {
  const all = check.passed + check.failed + check.ungraded;
  const part = (n: number, kind: string) => (n === 0 ? h`` : h`<i class="${kind}" style="width:${((100 * n) / all).toFixed(2)}%"></i>`);
  return h`<div class="bar" aria-hidden="true">${part(check.passed, 'pass')}${part(check.failed, 'fail')}${part(check.ungraded, 'error')}</div>`;
}

/** Who stands at which step: the first one that a graded learner has not passed. */
function stuckTable({ book, steps }: ReportInput): Markup {
  const order = [...new Set(book.summary.checks.map((check) => check.step))];
  const rows = order.map((step) => {
    const here = book.learners.filter((learner) => stuckAt(learner) === step);
    const names = here.map((learner, index) => h`${index === 0 ? '' : ', '}<a href="#${anchorOf(learner)}">${nameOf(learner)}</a>`);
    return h`<tr><th>${steps[step] ?? step}</th><td class="n">${here.length}</td><td>${here.length === 0 ? h`<span class="soft">nobody</span>` : names}</td></tr>`;
  });
  return h`<table><thead><tr><th>step</th><th class="n">stuck here</th><th>who</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function checkTable({ book, steps }: ReportInput): Markup {
  const rows = book.summary.checks.map(
    (
      check,
    ) => h`<tr><th>${check.id}</th><td>${check.title}${check.guard ? h` <span class="soft">(must stay true)</span>` : ''}<br><span class="soft">${steps[check.step] ?? check.step}</span></td>
<td>${bar(check)}</td><td class="n pass">${check.passed} passed</td><td class="n fail">${check.failed} failed</td><td class="n error">${check.ungraded} not graded</td></tr>`,
  );
  return h`<table><thead><tr><th>check</th><th>what</th><th></th><th class="n">passed</th><th class="n">failed</th><th class="n">not graded</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function grid({ book }: ReportInput): Markup {
  const columns = book.summary.checks;
  const rows = book.learners.map((learner) => {
    const cells = columns.map((column) => {
      const check = learner.checks.find((one) => one.id === column.id);
      return h`<td class="m">${check && learner.status !== 'missing' ? mark(check.verdict) : h`<span class="soft">·</span>`}</td>`;
    });
    const name = learner.name ? h`${learner.name} <span class="soft">${learner.id}</span>` : h`${learner.id}`;
    return h`<tr><th><a href="#${anchorOf(learner)}">${name}</a></th><td class="n">${scoreText(learner)}</td><td class="${learner.status}">${standing(learner)}</td>${cells}</tr>`;
  });
  const head = columns.map((column) => h`<th class="m" title="${column.title}">${column.id}</th>`);
  return h`<div class="scroll"><table><thead><tr><th>learner</th><th class="n">score</th><th>standing</th>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function evidence(learner: LearnerGrade): Markup {
  const checks = learner.checks.map((check) => {
    const lines = findings(check);
    return h`<li>${mark(check.verdict)} <b>${check.id}</b> ${check.title} <span class="soft">${check.guard ? 'must stay true' : `${check.points} of ${check.of}`}</span>${
      lines.length > 0 ? h`<pre>${lines.join('\n')}</pre>` : ''
    }</li>`;
  });
  const notes = [...(learner.reason ? [learner.reason] : []), ...learner.notes];
  return h`<details id="${anchorOf(learner)}"><summary><b>${nameOf(learner)}</b><span>${scoreText(learner)}</span><span class="${learner.status}">${standing(learner)}</span></summary>
${learner.submitted ? h`<p class="soft">handed in ${learner.submitted}</p>` : ''}${notes.length > 0 ? h`<ul>${notes.map((note) => h`<li>${note}</li>`)}</ul>` : ''}
${checks.length > 0 ? h`<ul class="checks">${checks}</ul>` : ''}</details>`;
}

/** One page with everything in it: no script, nothing loaded from elsewhere, and a policy that keeps it so. */
export const html: ReportFormat = {
  id: 'html',
  says: 'one self-contained page: the class, the checks, the evidence',
  files(input) {
    const page = h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${input.title}: gradebook</title>
<style>${new Markup(style)}</style>
</head>
<body>
<h1>${input.title}</h1>
<p class="sub">${input.book.lab}</p>
${facts(input)}
<h2>Class</h2>
${grid(input)}
<h2>Who is stuck where</h2>
${stuckTable(input)}
<h2>Checks</h2>
<div class="scroll">${checkTable(input)}</div>
<h2>Evidence</h2>
${input.book.learners.map(evidence)}
</body>
</html>
`;
    return [{ path: 'gradebook.html', text: page.text }];
  },
};
