import type { Lab } from '../lab/schema.ts';
import { LabError, reasonOf } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { joinProof, type LabProof, type MakeFresh, type ProofTask, proofRows, proofTasks, secondsSince } from './prove.ts';

/** A cluster that labs are proved on. */
export interface ProofCluster {
  /** What a lab needs and this cluster has not. */
  unmet(lab: Lab): readonly string[];
  /** Makes drills of the lab on this cluster. */
  drills(lab: Lab): MakeFresh;
}

export interface CatalogueOptions {
  /** Pieces side by side on the first cluster. */
  width: number;
  clock: Clock;
  /** Each proof as soon as it is known. */
  onProof: (proof: LabProof) => void;
  /** No further piece is begun when this says no. */
  inTime: () => boolean;
  /** What is under way then is broken off. */
  deadline: AbortSignal;
  signal: AbortSignal;
}

type Piece = Partial<LabProof> | { error: string };
type Row = { lab: Lab; tasks: ProofTask[]; size: number };

/**
 * Proves labs on one cluster or several. The first takes the pieces that may run beside others, `width` of them at once; the others
 * take those that need a cluster alone, and the first joins them in the end. The longest begin first, so that none is left over.
 */
export async function proveCatalogue(
  labs: readonly Lab[],
  [first, ...others]: readonly ProofCluster[],
  { width, clock, onProof, inTime, deadline, signal }: CatalogueOptions,
): Promise<void> {
  const rows = labs
    .flatMap((lab) =>
      proofRows(lab, proofTasks(lab, clock)).map((tasks): Row => ({ lab, tasks, size: tasks.reduce((sum, task) => sum + task.size, 0) })),
    )
    .sort((a, b) => b.size - a.size);
  const isAlone = (row: Row) => row.tasks.some((task) => task.alone);
  const beside = rows.filter((row) => !isAlone(row));
  const alone = rows.filter(isAlone);
  const book = proofBook([...beside, ...alone], onProof);

  const broken = new Map<ProofCluster, string>();

  const runTask = async (cluster: ProofCluster, lab: Lab, task: ProofTask): Promise<Piece> => {
    const late = { error: `${task.name}: not proved: out of time` };
    if (!inTime()) return late;
    const unmet = cluster.unmet(lab);
    if (unmet.length > 0) return { error: `cannot run on this cluster: ${unmet.join('; ')}` };
    const known = await task.run(cluster.drills({ ...lab, exclusive: task.alone })).catch((error: unknown) => {
      if (error instanceof LabError && error.code === 'recovery-failed') broken.set(cluster, reasonOf(error));
      return { error: `${task.name}: ${reasonOf(error)}` };
    });
    // what was broken off tells nothing of the lab
    return deadline.aborted ? late : known;
  };
  const takeFrom = async (rows: Row[], cluster: ProofCluster) => {
    while (!signal.aborted && !broken.has(cluster)) {
      const row = rows.shift();
      if (!row) return;
      for (let task = row.tasks.shift(); task; task = row.tasks.shift()) {
        const started = clock.now();
        const piece = await runTask(cluster, row.lab, task);
        book.add(row.lab, piece, secondsSince(clock, started));
        if (broken.has(cluster)) break;
      }
      if (row.tasks.length > 0) rows.unshift(row);
    }
  };
  const both = async (cluster: ProofCluster) => {
    await Promise.all(Array.from({ length: Math.min(width, beside.length) }, () => takeFrom(beside, cluster)));
    await takeFrom(alone, cluster);
  };
  await Promise.all([...(first ? [both(first)] : []), ...others.map((cluster) => takeFrom(alone, cluster))]);
  if (signal.aborted) return;
  const reason = [...broken.values()].join('; ');
  for (const { lab, tasks } of [...beside, ...alone])
    for (const task of tasks) book.add(lab, { error: `${task.name}: not proved: no cluster is left that is whole: ${reason}` }, 0);
}

/** Puts the pieces of each lab together as they come; hands the proof over with the last one. */
function proofBook(rows: readonly Row[], onProof: (proof: LabProof) => void) {
  const expected = new Map<Lab, number>();
  for (const { lab, tasks } of rows) expected.set(lab, (expected.get(lab) ?? 0) + tasks.length);
  const pieces = new Map<Lab, { piece: Piece; seconds: number }[]>();
  return {
    add(lab: Lab, piece: Piece, seconds: number): void {
      const known = [...(pieces.get(lab) ?? []), { piece, seconds }];
      pieces.set(lab, known);
      if (known.length < (expected.get(lab) ?? 0)) return;
      const sum = known.reduce((all, one) => all + one.seconds, 0);
      onProof(
        joinProof(
          lab,
          known.map((one) => one.piece),
          Math.round(sum * 10) / 10,
        ),
      );
    },
  };
}
