/** What `kubedrill verify --json` prints of one lab. */
export interface VerifiedLab {
  id: string;
  ok: boolean;
  untouched: { ok: boolean; passed: string[] };
  solution: { ok: boolean; failed: string[] };
  wrong: { id: string; ok: boolean; failed: string[] }[];
  reset: { ok: boolean; difference: string[] };
  seconds: number;
  /** Why it could not be verified at all, e.g. its set-up failed. */
  reason?: string | null;
}

export interface VerifyDocument {
  ok: boolean;
  labs: VerifiedLab[];
}

/** One thing that verifying a lab proves. */
export interface Proof {
  name: string;
  ok: boolean;
  /** What is wrong, in a sentence; `''` when it holds. */
  message: string;
  /** The check or wrong fix of lab.yaml that it is about. */
  about: { checks: string[] } | { wrong: string } | undefined;
}

const named = (ids: readonly string[]) => ids.join(', ') || 'none';

/** The proofs of a lab, in the order in which they are made. */
export function proofsOf(lab: VerifiedLab): Proof[] {
  const proof = (name: string, ok: boolean, message: string, about: Proof['about']): Proof => ({
    name,
    ok,
    message: ok ? '' : message,
    about,
  });
  return [
    proof(
      'untouched it fails',
      lab.untouched.ok,
      `these checks do not stand as they must on the untouched lab: ${named(lab.untouched.passed)}`,
      {
        checks: lab.untouched.passed,
      },
    ),
    proof('its solution passes', lab.solution.ok, `these checks fail after the solution: ${named(lab.solution.failed)}`, {
      checks: lab.solution.failed,
    }),
    ...lab.wrong.map((wrong) =>
      proof(`wrong fix ${wrong.id} fails as declared`, wrong.ok, `what failed instead of mustFail: ${named(wrong.failed)}`, {
        wrong: wrong.id,
      }),
    ),
    proof('reset gives the start state back', lab.reset.ok, `after a reset: ${named(lab.reset.difference)}`, undefined),
  ];
}
