import type { KubeObject } from '../../grading/object.ts';
import type { PodDot, PodLook } from './model.ts';

interface ContainerStatus {
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string }; running?: object; terminated?: { reason?: string; exitCode?: number; signal?: number } };
}

/** Waiting reasons with which every Pod begins; any other one is trouble. */
const beginnings = new Set(['ContainerCreating', 'PodInitializing', undefined]);

/** A Pod as a dot, with the word that `kubectl get pods` prints. @see printPod in kubernetes/pkg/printers/internalversion/printers.go */
export function podOf(object: KubeObject): PodDot {
  const status = object.status ?? {};
  const containers: ContainerStatus[] = status.containerStatuses ?? [];
  const inits: ContainerStatus[] = status.initContainerStatuses ?? [];
  const { word, look } = describe(object, containers, inits);
  return {
    uid: object.metadata.uid ?? object.metadata.name,
    name: object.metadata.name,
    node: object.spec?.nodeName,
    look,
    word,
    restarts: containers.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    ip: status.podIP,
  };
}

function describe(object: KubeObject, containers: ContainerStatus[], inits: ContainerStatus[]): { word: string; look: PodLook } {
  const status = object.status ?? {};
  const phase = String(status.phase ?? 'Pending');
  if (object.metadata.deletionTimestamp) return { word: 'Terminating', look: 'leaving' };
  if (status.reason) return { word: String(status.reason), look: 'failing' };
  if (phase === 'Succeeded') return { word: 'Completed', look: 'done' };
  const init = inits.findIndex(({ state }) => state?.terminated?.exitCode !== 0);
  if (init >= 0 && inits.length > 0) {
    const state = inits[init]?.state;
    const reason = state?.waiting?.reason ?? (state?.terminated ? endOf(state.terminated) : undefined);
    if (reason && !beginnings.has(reason)) return { word: `Init:${reason}`, look: 'failing' };
    if (phase === 'Pending' && object.spec?.nodeName) return { word: `Init:${init}/${inits.length}`, look: 'starting' };
  }
  for (const { state } of containers.toReversed()) {
    const waiting = state?.waiting?.reason;
    if (waiting) return { word: waiting, look: beginnings.has(waiting) ? 'starting' : 'failing' };
    if (state?.terminated) return { word: endOf(state.terminated), look: state.terminated.exitCode === 0 ? 'done' : 'failing' };
  }
  if (phase === 'Failed') return { word: 'Error', look: 'failing' };
  if (phase === 'Pending') return { word: 'Pending', look: object.spec?.nodeName ? 'starting' : 'pending' };
  const conditions: { type: string; status: string }[] = status.conditions ?? [];
  const ready = conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
  return ready ? { word: phase, look: 'ready' } : { word: phase === 'Running' ? 'Running, not ready' : phase, look: 'starting' };
}

const endOf = (terminated: { reason?: string; exitCode?: number; signal?: number }): string =>
  terminated.reason ?? (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
