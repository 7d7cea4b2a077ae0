/** How a check stands, with what was seen. Wording: `observed`/`expected` are short values, `field` is a JSON path, `look` one kubectl command. */
export type Verdict = Pass | Fail | Waiting | CouldNotSee;

export interface Pass {
  verdict: 'pass';
  /** What was seen that makes it pass. */
  evidence: string;
}

export interface Mismatch {
  observed: string;
  expected: string;
  /** e.g. `Deployment web spec.replicas` */
  field?: string;
  /** A command with which a person looks closer, e.g. `kubectl get endpointslices`. */
  look?: string;
}

export interface Fail extends Mismatch {
  verdict: 'fail';
}

/** Not there yet, but on its way (a rollout under way, an event still to come). At the deadline it becomes a fail with the same mismatch. */
export interface Waiting extends Mismatch {
  verdict: 'waiting';
}

/** The grader could not see: API unreachable, forbidden, probe missing. Never scores, never ends a drill. */
export interface CouldNotSee {
  verdict: 'error';
  reason: string;
  look?: string;
}

export const pass = (evidence: string): Pass => ({ verdict: 'pass', evidence });
export const fail = (mismatch: Mismatch): Fail => ({ verdict: 'fail', ...mismatch });
export const waiting = (mismatch: Mismatch): Waiting => ({ verdict: 'waiting', ...mismatch });
export const couldNotSee = (reason: string, look?: string): CouldNotSee => ({ verdict: 'error', reason, ...(look ? { look } : {}) });

/**
 * The verdict of several conditions that must all hold: a real mismatch first, then blindness, then patience.
 * An empty list is an error: a check that asks nothing can pass nothing.
 */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  const first =
    verdicts.find((v) => v.verdict === 'fail') ??
    verdicts.find((v) => v.verdict === 'error') ??
    verdicts.find((v) => v.verdict === 'waiting');
  if (first) return first;
  if (verdicts.length === 0) return couldNotSee('the check has no conditions');
  return pass(verdicts.map((v) => (v.verdict === 'pass' ? v.evidence : '')).join('; '));
}
