import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fault, FaultContext } from '../../../src/faults/fault.ts';
import { exclusiveLab } from '../../../src/faults/guard.ts';
import { faultsById } from '../../../src/faults/index.generated.ts';
import { injectFault, planFault } from '../../../src/faults/inject.ts';
import type { FaultLife } from '../../../src/faults/life.ts';
import { type Recovery, recoverEntries } from '../../../src/faults/recover.ts';
import { type Journal, openJournal } from '../../../src/store/journal.ts';
import type { Processes } from '../../../src/store/processes.ts';
import type { FakeCluster } from './cluster.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubedrill-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Process `pid`, in a world in which no other one is alive. */
export const onlyProcess = (pid: number): Processes => ({
  self: () => ({ pid, startTime: 'then' }),
  isAlive: (one) => one.pid === pid,
});

export function journalAt(path: string, cluster: FakeCluster, pid = 1): Journal {
  return openJournal(path, { clock: cluster.clock, processes: onlyProcess(pid) });
}

export const faultOf = (id: string): Fault => (id === exclusiveLab.id ? (exclusiveLab as unknown as Fault) : (faultsById.get(id) as Fault));

/** The life of faults on a fake cluster, with a journal on a real disk. */
export interface FakeLife extends FaultLife {
  strike(fault: string, params?: Record<string, unknown>): Promise<string>;
  recover(): Promise<Recovery[]>;
}

export function fakeLife(
  cluster: FakeCluster,
  options: { context?: Partial<FaultContext>; journal?: Journal; pid?: number } = {},
): FakeLife {
  const { pid = 1 } = options;
  const journal = options.journal ?? journalAt(join(temporaryFolder(), 'kd.jsonl'), cluster, pid);
  const life: FaultLife = { context: cluster.context(options.context), journal, cluster: { name: 'kd', id: 'ours', provider: 'kind' } };
  return {
    ...life,
    strike: async (fault, params = {}) => (await injectFault(await planFault(faultOf(fault), params, life), life, undefined)).journalId,
    recover: () => recoverEntries(journal.open(), { ...life, processes: onlyProcess(pid) }),
  };
}

export const outcomes = (recoveries: readonly Recovery[]): string[] =>
  recoveries.map(({ fault, outcome, seen }) => `${fault}: ${outcome}: ${seen}`);
