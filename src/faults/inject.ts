import { z } from 'zod';
import { LabError, reasonOf } from '../lab-error.ts';
import type { JournalPlan } from '../store/journal-entry.ts';
import { waitUntil } from '../system/wait.ts';
import type { Fault } from './fault.ts';
import { type FaultLife, lookAgain } from './life.ts';
import { refused } from './parameters.ts';
import { recoverEntries } from './recover.ts';

/** What would happen, and what would be journalled. */
export interface Planned {
  fault: Fault;
  params: Record<string, unknown>;
  record: Record<string, unknown>;
  steps: string[];
}

export interface Injected {
  journalId: string;
  /** What proved it. */
  seen: string;
}

const readOnlyNamespaces = /^kube-|^kubedrill$|^local-path-storage$/;

/** Reads the parameters and the cluster; changes nothing. */
export async function planFault(fault: Fault, given: Record<string, unknown>, life: Pick<FaultLife, 'context'>): Promise<Planned> {
  const parsed = fault.params.safeParse(given);
  if (!parsed.success)
    throw new LabError('usage', `${fault.id}: ${z.prettifyError(parsed.error).replace(/\n\s*/g, ' ').replace(/^✖ /, '')}`, {
      hint: `See what it takes: kubedrill faults ${fault.id}`,
    });
  const { namespace } = life.context;
  if (fault.scope === 'namespace' && readOnlyNamespaces.test(namespace))
    throw refused(`${fault.id} does not strike in ${namespace}, which the cluster itself lives on`, 'Name another one: --namespace NAME');
  const params = parsed.data as Record<string, unknown>;
  return { fault, params, ...(await fault.plan(life.context, params)) };
}

/**
 * Journals, acts, and proves that it took. What does not prove itself within its bound, or fails half way, is undone and reported:
 * when this throws, nothing is left in force but what the message and the journal say.
 */
export async function injectFault(planned: Planned, life: FaultLife, lab: string | undefined): Promise<Injected> {
  const { fault, record } = planned;
  const { context, journal, crashPoint } = life;
  const journalId = await journal.plan(journalPlan(planned, life, lab));
  crashPoint?.('planned');
  try {
    await fault.inject(context, record);
    crashPoint?.('acted');
    await journal.mark(journalId, 'injected');
    crashPoint?.('injected');
    const bound = fault.seconds.effectBound;
    const proved = await waitUntil(() => lookAgain(() => fault.effect(context, record)), {
      boundMs: bound * 1000,
      clock: context.clock,
      signal: context.signal,
    });
    if (proved.outcome === 'cancelled') throw new LabError('interrupted', `${fault.id} was interrupted`);
    if (proved.outcome === 'bound') throw new LabError('fault-failed', `${fault.id} had no effect within ${bound} s: ${proved.seen}`);
    await journal.mark(journalId, 'effect-proved');
    crashPoint?.('effect-proved');
    return { journalId, seen: proved.seen };
  } catch (error) {
    throw await undone(error, journalId, life);
  }
}

const journalPlan = ({ fault, params, record }: Planned, { context, cluster }: FaultLife, lab: string | undefined): JournalPlan => ({
  fault: fault.id,
  what: fault.inForce(record),
  lab,
  namespace: context.namespace,
  cluster: cluster.name,
  clusterId: cluster.id,
  provider: cluster.provider,
  params,
  record,
  touches: fault.touches(record),
  mend: fault.mend(record),
});

/** Undoes what was begun, also after Ctrl+C, and says in the error how that went. */
async function undone(error: unknown, journalId: string, life: FaultLife): Promise<LabError> {
  const code = error instanceof LabError ? error.code : 'fault-failed';
  const entries = life.journal.open().filter((entry) => entry.id === journalId);
  const context = { ...life.context, signal: new AbortController().signal };
  const [recovery] = await recoverEntries(entries, { ...life, context });
  if (!recovery || recovery.outcome === 'undone' || recovery.outcome === 'already-fine')
    return new LabError(code, `${reasonOf(error)}; it was undone`, {
      hint: error instanceof LabError ? error.hint : undefined,
      cause: error,
    });
  return new LabError(code === 'interrupted' ? code : 'fault-failed', `${reasonOf(error)}; it could not be undone: ${recovery.seen}`, {
    hint: `Try again: kubedrill recover; or by hand: ${recovery.mend}`,
    cause: error,
  });
}
