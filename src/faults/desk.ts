import type { DrillCluster } from '../drill/cluster.ts';
import type { FaultInForce, OnDrillEvent } from '../drill/events.ts';
import type { FaultDesk } from '../drill/fault-desk.ts';
import type { LabFaultUse } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { journalPath, openJournal } from '../store/journal.ts';
import type { JournalEntry } from '../store/journal-entry.ts';
import type { Clock } from '../system/clock.ts';
import type { Paths } from '../system/paths.ts';
import type { OnProgress } from '../system/progress.ts';
import { backgroundLoops } from './background.ts';
import type { Fault } from './fault.ts';
import { exclusiveLab } from './guard.ts';
import { faults, faultsById } from './index.generated.ts';
import { injectFault, type Planned, planFault } from './inject.ts';
import type { CrashPoint, FaultLife } from './life.ts';
import { type Recovery, recoverEntries, recoveryError } from './recover.ts';
import { mendStrays } from './strays.ts';

/** The cluster to strike, and the ownership id that tells it from another one of the same name. */
export type FaultCluster = Pick<DrillCluster, 'name' | 'api' | 'facts' | 'nodes'> & { id: string; provider: { id: string } };

export interface FaultDeskOptions {
  context: { paths: Paths; clock: Clock; signal: AbortSignal };
  cluster: FaultCluster;
  onEvent?: OnDrillEvent;
  onProgress?: OnProgress;
  crashPoint?: (point: CrashPoint) => void;
}

/** Every fault of one cluster goes over this desk, and so through its journal. */
export interface OpenFaultDesk extends FaultDesk {
  plan(use: LabFaultUse, namespace: string): Promise<Planned>;
  /** `namespace`: only what struck there, for proofs of one lab that run side by side. */
  recover(lab: string, namespace?: string, signal?: AbortSignal): Promise<void>;
  /** Undoes what is left of any lab and of none, as far as `which` says, and reports each. Throws nothing for what failed. */
  recoverAll(which?: (entry: JournalEntry) => boolean): Promise<Recovery[]>;
  /** Mends what is broken and no journal knows of. For who asks for it: between two commands a lab may be broken on purpose. */
  mendStrays(): Promise<Recovery[]>;
  /** Waits until what ends by itself in this process has ended (Ctrl+C ends it at once), and is undone. */
  close(): Promise<void>;
}

export async function openFaultDesk(options: FaultDeskOptions): Promise<OpenFaultDesk> {
  const { cluster, crashPoint } = options;
  const { paths, clock, signal } = options.context;
  const progress: OnProgress = options.onProgress ?? ((one) => options.onEvent?.({ type: 'progress', progress: one }));
  const emit: OnDrillEvent = (event) => options.onEvent?.(event);
  const journal = openJournal(journalPath(paths, cluster.name), {
    clock,
    onNote: (note) => emit({ type: 'trouble', message: note, hint: undefined }),
  });
  const wanted = (id: string) => journal.open().some((entry) => entry.record.id === id && entry.state !== 'undoing');
  const background = backgroundLoops(signal, wanted);
  const ending = new Set<Promise<unknown>>();
  const life = (namespace: string, during: AbortSignal = signal): FaultLife => ({
    context: { api: cluster.api, nodes: cluster.nodes, cluster: cluster.facts, namespace, clock, signal: during, background },
    journal,
    cluster: { name: cluster.name, id: cluster.id, provider: cluster.provider.id },
    crashPoint,
  });

  const recover = async (entries: readonly JournalEntry[], during?: AbortSignal): Promise<Recovery[]> => {
    for (const { fault, state } of shown(entries, cluster))
      if (state !== 'undoing') emit({ type: 'fault', fault, phase: 'undoing', seen: '' });
    const recoveries = await recoverEntries(entries, { ...life('', during), onProgress: progress });
    for (const { fault, outcome, seen } of recoveries)
      if (fault !== exclusiveLab.id && outcome !== 'failed' && outcome !== 'busy') emit({ type: 'fault', fault, phase: 'undone', seen });
    return recoveries;
  };

  const plan = (use: LabFaultUse, namespace: string) => planFault(faultNamed(use.use), use.with, life(namespace));

  const strike = async (planned: Planned, namespace: string, lab: string | undefined): Promise<string> => {
    const { fault, record } = planned;
    emit({ type: 'fault-announced', fault: fault.id, what: fault.what, why: fault.why, seconds: fault.seconds.effect });
    emit({ type: 'fault', fault: fault.id, phase: 'injecting', seen: planned.steps.join('; ') });
    const { journalId, seen } = await injectFault(planned, life(namespace), lab);
    emit({ type: 'fault', fault: fault.id, phase: 'in-force', seen });
    if (fault.ends === 'itself') {
      const end = background.ended(String(record.id)).then(() => {
        // it is over also when it was ended by Ctrl+C: this must not be interrupted by the same
        const left = journal.open().filter((entry) => entry.id === journalId && entry.state === 'effect-proved');
        return recover(left, new AbortController().signal);
      });
      ending.add(end);
      void end.catch(() => undefined).finally(() => ending.delete(end));
    }
    return journalId;
  };

  const guarded = (lab: string) =>
    journal.open().some((entry) => entry.fault === exclusiveLab.id && entry.lab === lab && entry.clusterId === cluster.id);

  return {
    plan,
    inject: async (use, namespace, lab) => strike(await plan(use, namespace), namespace, lab || undefined),
    undo: async (matches) => {
      const newest = shown(journal.open(), cluster)
        .reverse()
        .find((entry) => matches(entry.fault, entry.params));
      if (!newest) return false;
      throwIf(recoveryError(await recover([newest])));
      return true;
    },
    guarded,
    guard: async (lab, namespace) => {
      if (guarded(lab)) return;
      const guard = exclusiveLab as unknown as Fault;
      await injectFault(await planFault(guard, { lab }, life(namespace)), life(namespace), lab);
    },
    recover: async (lab, namespace, during) => {
      const left = journal.open().filter((entry) => entry.lab === lab && (namespace === undefined || entry.namespace === namespace));
      throwIf(recoveryError(await recover(left, during)));
    },
    recoverAll: async (which = () => true) => {
      const recoveries = await recover(journal.open().filter(which));
      return [...recoveries, ...journal.unreadable().map(unreadable)];
    },
    mendStrays: () => mendStrays(life('').context, progress),
    inForce: () =>
      shown(journal.open(), cluster)
        .reverse()
        .map(
          (entry): FaultInForce => ({ journalId: entry.id, fault: entry.fault, what: entry.what, since: entry.plannedAt, lab: entry.lab }),
        ),
    close: async () => {
      await Promise.allSettled(ending);
    },
  };
}

const shown = (entries: readonly JournalEntry[], { id }: FaultCluster) =>
  entries.filter((entry) => entry.fault !== exclusiveLab.id && entry.clusterId === id);

const throwIf = (error: LabError | undefined) => {
  if (error) throw error;
};

const unreadable = (line: string): Recovery => ({
  id: '',
  fault: '',
  what: 'a line of the journal that cannot be read',
  lab: undefined,
  outcome: 'failed',
  seen: line,
  mend: 'kubedrill down; kubedrill up',
  seconds: 0,
});

export function faultNamed(id: string): Fault {
  const fault = faultsById.get(id);
  if (!fault)
    throw new LabError('usage', `there is no fault "${id}"`, { hint: `The faults are: ${faults.map((one) => one.id).join(', ')}` });
  return fault;
}
