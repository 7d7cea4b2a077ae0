import type { LabProof } from '../drill/prove.ts';

/** A lab's proof as lines: one when it holds, the reasons when it does not. */
export function proofLines(proof: LabProof): string[] {
  const head = `${proof.ok ? '✓' : '✗'} ${proof.id}  untouched fails, solution passes, ${proof.wrong.length} wrong fixes fail, reset restores  (${proof.seconds} s)`;
  if (proof.ok) return [head];
  return [
    `✗ ${proof.id}  (${proof.seconds} s)`,
    ...(proof.error ? [`    could not prove: ${proof.error}`] : []),
    ...proof.untouched.notes.map((note) => `    untouched: ${note}`),
    ...proof.solution.notes.map((note) => `    solution: ${note}`),
    ...proof.wrong.flatMap((wrong) => wrong.notes.map((note) => `    wrong fix ${wrong.id}: ${note}`)),
    ...proof.reset.difference.map((line) => `    reset: ${line}`),
  ];
}
