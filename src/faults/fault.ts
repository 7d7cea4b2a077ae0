import type { z } from 'zod';
import type { NodeAccess } from '../drill/cluster.ts';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Clock } from '../system/clock.ts';
import type { Look } from '../system/wait.ts';
import type { Background } from './background.ts';

/** Plain data (JSON) from which alone a fault can be undone, by another process, on another day. */
export type UndoRecord = Record<string, unknown>;

/** What faults may use of the cluster; always one that kubedrill owns. */
export interface FaultContext {
  api: KubeApi;
  /** The node machines, without the API. */
  nodes: NodeAccess;
  cluster: ClusterFacts;
  /** Namespace of the drill, for faults that strike there. */
  namespace: string;
  clock: Clock;
  signal: AbortSignal;
  /** Loops that strike again and again while this process lives. */
  background: Background;
}

/**
 * A reversible act on the cluster; one file in `faults/catalogue/`.
 * Life: `plan` (reads only) -> the undo record is journalled durably -> `inject` -> `effect` proves that it took
 * -> ... -> `undo` (idempotent, from the record alone) -> `recovered` proves that the cluster is well again.
 *
 * `undo` restores only what still is as the fault left it: what somebody repaired in the meantime stays.
 * It throws `LabError('no-cluster')` when what it needs does not answer now, and is tried again later.
 */
export interface Fault<S extends z.ZodType = z.ZodType, R extends UndoRecord = UndoRecord> {
  id: string;
  title: string;
  /** What it does, in a sentence. */
  what: string;
  /** What one learns from it, in a sentence. */
  why: string;
  /** How one sees it: a command. */
  look: string;
  /** `cluster`: strikes beyond a namespace, so the lab needs the cluster alone. */
  scope: 'namespace' | 'cluster';
  /** `itself`: it ends by itself, and is undone (and proved so) when it does. */
  ends?: 'itself';
  params: S;
  /** Usual and greatest seconds of effect and recovery. */
  seconds: { effect: number; effectBound: number; recovery: number; recoveryBound: number };
  plan(context: FaultContext, params: z.output<S>): Promise<{ record: R; steps: string[] }>;
  inject(context: FaultContext, record: R): Promise<void>;
  effect(context: FaultContext, record: R): Promise<Look>;
  undo(context: FaultContext, record: R): Promise<void>;
  recovered(context: FaultContext, record: R): Promise<Look>;
  /** When `recovered` sees it well, nothing is left to undo. */
  wellIsUndone?: true;
  /** What is wrong while it is in force, for banners: `kube-scheduler is stopped`. */
  inForce(record: R): string;
  /** What it changes, e.g. `Deployment shop/web`: faults that share one are undone newest first, strictly. */
  touches(record: R): string[];
  /** The command that mends by hand what is left, for messages. */
  mend(record: R): string;
}

export const defineFault = <S extends z.ZodType, R extends UndoRecord>(fault: Fault<S, R>): Fault<S, R> => fault;
