import type { CheckState } from '../drill/events.ts';
import type { DrillSession } from '../drill/session.ts';
import type { CheckDocument, CheckRow } from './documents.ts';

/** One check as programs read it. */
export function checkRow(check: CheckState): CheckRow {
  const { verdict } = check;
  const mismatch = verdict?.verdict === 'fail' || verdict?.verdict === 'waiting' ? verdict : undefined;
  return {
    id: check.id,
    title: check.title,
    verdict: verdict?.verdict ?? 'error',
    points: verdict?.verdict === 'pass' ? check.points : 0,
    of: check.points,
    observed: mismatch?.observed ?? null,
    expected: mismatch?.expected ?? null,
    field: mismatch?.field ?? null,
    look: mismatch?.look ?? (verdict?.verdict === 'error' ? (verdict.look ?? null) : null),
    evidence: verdict?.verdict === 'pass' ? verdict.evidence : verdict?.verdict === 'error' ? verdict.reason : null,
    ms: Math.round(check.ms),
  };
}

/** The document of `kubedrill check --json`. */
export function checkDocument(session: DrillSession, step: string, checks: readonly CheckState[]): CheckDocument {
  const { score } = session.state;
  return {
    lab: session.lab.id,
    step,
    checks: checks.map(checkRow),
    score: score.score,
    of: score.of,
    ungraded: checks.filter((check) => check.verdict?.verdict === 'error').map((check) => check.id),
  };
}
