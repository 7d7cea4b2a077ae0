import type { LabProof } from '../drill/prove.ts';

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // characters that XML 1.0 cannot hold
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');

function testcase(lab: string, name: string, ok: boolean, notes: readonly string[], error?: string): string {
  const head = `    <testcase classname="${escaped(lab)}" name="${escaped(name)}"`;
  if (ok) return `${head}/>`;
  const kind = error ? 'error' : 'failure';
  const text = error ?? notes.join('\n');
  return `${head}>\n      <${kind} message="${escaped(text.split('\n')[0] ?? '')}">${escaped(text)}</${kind}>\n    </testcase>`;
}

/** Proofs as JUnit XML: a suite per lab, a case per thing that was proved. */
export function proofsJunit(proofs: readonly LabProof[]): string {
  const suites = proofs.map((proof) => {
    const blind = proof.error;
    const cases = [
      testcase(proof.id, 'untouched fails', proof.untouched.ok, proof.untouched.notes, proof.untouched.ok ? undefined : blind),
      testcase(proof.id, 'solution passes', proof.solution.ok, proof.solution.notes, proof.solution.ok ? undefined : blind),
      ...proof.wrong.map((wrong) => testcase(proof.id, `wrong fix ${wrong.id} fails`, wrong.ok, wrong.notes)),
      testcase(proof.id, 'reset restores', proof.reset.ok, proof.reset.difference, proof.reset.ok ? undefined : blind),
    ];
    const failures = cases.filter((one) => one.includes('<failure')).length;
    const errors = cases.filter((one) => one.includes('<error')).length;
    return `  <testsuite name="${escaped(proof.id)}" tests="${cases.length}" failures="${failures}" errors="${errors}" time="${proof.seconds}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}
