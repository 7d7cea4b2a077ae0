import { reasonOf } from '../lab-error.ts';
import type { JournalEntry } from '../store/journal-entry.ts';
import { type Look, waitUntil } from '../system/wait.ts';
import type { Fault, FaultContext } from './fault.ts';
import { exclusiveLab } from './guard.ts';
import { faultsById } from './index.generated.ts';
import { answersLater, lookAgain } from './life.ts';
import type { RecoverOptions } from './recover.ts';

/** How long undoing is tried again while what it needs does not answer. */
export const undoBoundMs = 150_000;

/** How long what a process did as it died may still be on its way: a `docker exec` goes on without whoever started it. */
const inFlightMs = 5000;
/** What is undone and does not get well is undone again so often: the undoing may have been what was lost on the way. */
const undoAgainMs = 15_000;

/** `Fault.undo` of every kind of record, the guard of exclusive labs included. */
const faultOf = (id: string): Fault | undefined => (id === exclusiveLab.id ? (exclusiveLab as unknown as Fault) : faultsById.get(id));

const contextOf = (entry: JournalEntry, context: FaultContext): FaultContext => ({ ...context, namespace: entry.namespace });

/** `seen`: what proves already that it is well. `later`: what it needs does not answer. `failed`: it went wrong. `unknown`: no try will ever help. */
type Undone =
  | { outcome: 'undone'; fault: Fault; wasFine: boolean; seen?: string }
  | { outcome: 'later' | 'failed' | 'unknown'; seen: string };

/** An act of a process that is gone, or that was cut short, may take effect yet. */
const mayBeInFlight = (entry: JournalEntry): boolean => entry.state === 'planned';

/** `told`: why the try before this one failed. */
export async function undoOne(entry: JournalEntry, options: RecoverOptions, told: string | undefined): Promise<Undone> {
  const { journal, crashPoint, onProgress } = options;
  const fault = faultOf(entry.fault);
  if (!fault) return { outcome: 'unknown', seen: `this kubedrill does not know the fault ${entry.fault}` };
  const context = contextOf(entry, options.context);
  const started = context.clock.now();
  const step = `undo: ${entry.what}`;
  onProgress?.(
    told === undefined ? { type: 'step-started', step, bound: undoBoundMs / 1000 } : { type: 'step-note', step, note: `again: ${told}` },
  );
  const seconds = () => (context.clock.now() - started) / 1000;
  // a journal that cannot be written must not keep anything from being mended
  await journal.mark(entry.id, 'undoing').catch(() => undefined);
  crashPoint?.('undoing');
  try {
    const before = await lookAgain(() => fault.recovered(context, entry.record));
    const idle = before.done && fault.wellIsUndone === true && !mayBeInFlight(entry);
    if (!idle) await fault.undo(context, entry.record);
    crashPoint?.('undo-acted');
    onProgress?.({ type: 'step-done', step, seconds: seconds() });
    if (idle) return { outcome: 'undone', fault, wasFine: told === undefined, seen: before.seen };
    // an earlier try may have been what made it fine
    return { outcome: 'undone', fault, wasFine: before.done && told === undefined };
  } catch (error) {
    return { outcome: answersLater(error) ? 'later' : 'failed', seen: reasonOf(error) };
  }
}

/**
 * Waits, within the fault's bound, until it is seen to be well again, and undoes it again while it is not.
 * `since`: when the recovery began. One that was caught in its act is looked at until the act can no longer be on its way.
 */
export async function prove(
  entry: JournalEntry,
  fault: Fault,
  since: number,
  options: RecoverOptions,
): Promise<{ well: boolean; seen: string; again: boolean }> {
  const context = contextOf(entry, options.context);
  const { recovery, recoveryBound } = fault.seconds;
  const step = `wait until well again: ${entry.what}`;
  options.onProgress?.({ type: 'step-started', step, expected: recovery, bound: recoveryBound });
  const settled = mayBeInFlight(entry) ? since + inFlightMs : since;
  let undoneAt = context.clock.now();
  let again = false;
  const look = async (): Promise<Look> => {
    const now = await lookAgain(() => fault.recovered(context, entry.record));
    if (now.done) return { done: context.clock.now() >= settled, seen: now.seen };
    if (context.clock.now() - undoneAt < undoAgainMs) return now;
    const trouble = await fault.undo(context, entry.record).then(() => undefined, reasonOf);
    undoneAt = context.clock.now();
    again = true;
    return trouble === undefined ? now : { done: false, seen: `${now.seen}; undoing it again: ${trouble}` };
  };
  const waited = await waitUntil(look, {
    boundMs: recoveryBound * 1000,
    everyMs: 1000,
    clock: context.clock,
    signal: context.signal,
  });
  const seconds = waited.ms / 1000;
  if (waited.outcome === 'done') {
    options.onProgress?.({ type: 'step-done', step, seconds });
    return { well: true, seen: waited.seen, again };
  }
  const seen = waited.outcome === 'cancelled' ? `interrupted; ${waited.seen}` : `not well after ${recoveryBound} s: ${waited.seen}`;
  options.onProgress?.({ type: 'step-failed', step, seconds, reason: seen });
  return { well: false, seen, again };
}
