import type { LearnerGrade } from '../../report/gradebook.ts';
import type { ResultLine } from '../results.ts';

/** What a shard prints: which lab it grades, a row for each learner, and that it is through. */
export type ShardLine = { type: 'run'; kubedrill: string; lab: string; fingerprint: string } | Exclude<ResultLine, { type: 'run' }>;

const isGrade = (value: unknown): value is LearnerGrade => {
  const grade = value as Partial<LearnerGrade> | null;
  return typeof grade?.id === 'string' && ['graded', 'error', 'missing'].includes(grade.status ?? '') && Array.isArray(grade.checks);
};

/** The lines of a Pod's log that are a shard's; a torn one, and whatever else was printed, is left out. */
export function shardLines(log: string): ShardLine[] {
  return log.split('\n').flatMap((line): ShardLine[] => {
    if (!line.startsWith('{"type":"')) return [];
    try {
      const value = JSON.parse(line) as ShardLine;
      if (value.type === 'learner') return isGrade(value.grade) ? [value] : [];
      return value.type === 'run' || value.type === 'done' ? [value] : [];
    } catch {
      return [];
    }
  });
}
