import type { KubeObject } from '../grading/object.ts';
import type { ApiFailure } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import type { Look } from '../system/wait.ts';
import { type ComponentsLook, components, lookAtComponents, manifestPath } from './components.ts';
import type { FaultContext } from './fault.ts';
import { kubeletActive, tryOnNode } from './node-acts.ts';

/** A leader that did not renew its lease for so long has lost it. */
export const leaseSeconds = 15;
const lookTimeoutMs = 5000;

/** Components of which one at a time leads, by a Lease. */
export const leaders = ['kube-scheduler', 'kube-controller-manager'] as const;
export type Leader = (typeof leaders)[number];

/** A look at the API that takes a missing answer for what it is while the API server was taken away: not the fault's doing. */
async function ask(context: FaultContext, path: string): Promise<{ object: KubeObject } | { away: true; expected: boolean; seen: string }> {
  const answer = await context.api.request('GET', path, { signal: context.signal, timeoutMs: lookTimeoutMs });
  if (answer.ok) return { object: answer.body };
  const { atHome } = await lookAtComponents(context);
  return { away: true, expected: !atHome.has('kube-apiserver') || !atHome.has('etcd'), seen: seenOf(answer) };
}

const seenOf = (failure: ApiFailure): string =>
  failure.kind === 'refused' ? `the API server says: ${failure.message}` : `the API server does not answer: ${failure.message}`;

/** The node's kubelet runs, and the API shows it Ready and free of the taints of a lost node. Throws `no-cluster` when it does not answer. */
export async function nodeWell(context: FaultContext, node: string): Promise<Look> {
  if (!(await kubeletActive(context, node))) return { done: false, seen: `the kubelet of ${node} does not run` };
  return nodeReady(context, node);
}

/** The part of it that the API tells. */
export async function nodeReady(context: FaultContext, node: string): Promise<Look> {
  const asked = await ask(context, pathOf('Node', undefined, node));
  if ('away' in asked) return { done: asked.expected, seen: `the kubelet of ${node} runs; ${asked.seen}` };
  const ready = (asked.object.status?.conditions ?? []).find((one: { type: string }) => one.type === 'Ready');
  const lost = (asked.object.spec?.taints ?? []).filter((taint: { key: string }) =>
    /^node\.kubernetes\.io\/(unreachable|not-ready)$/.test(taint.key),
  );
  if (ready?.status !== 'True') return { done: false, seen: `Node ${node} is not Ready: ${ready?.reason ?? 'no condition yet'}` };
  if (lost.length > 0) return { done: false, seen: `Node ${node} still has the taint ${lost[0].key}` };
  return { done: true, seen: `Node ${node} is Ready` };
}

/** The API server says on its own node, and to us, that it is ready. */
export async function apiWell(context: FaultContext): Promise<Look> {
  const { controlPlane, readyzOnNode } = context.cluster;
  const argv = ['curl', '-ks', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '3', readyzOnNode];
  const onNode = await tryOnNode(context, controlPlane, argv);
  const code = onNode.stdout.trim();
  if (code !== '200')
    return { done: false, seen: code === '000' || code === '' ? 'the API server does not answer yet' : `/readyz answers ${code}` };
  const answer = await context.api.request<string>('GET', '/readyz', { as: 'text', signal: context.signal, timeoutMs: lookTimeoutMs });
  return answer.ok ? { done: true, seen: 'the API server is ready' } : { done: false, seen: seenOf(answer) };
}

/** The component's process runs, and holds a lease that it took itself and keeps renewing. */
export async function leaderWell(context: FaultContext, component: Leader, { now, ages }: ComponentsLook): Promise<Look> {
  const age = ages.get(component);
  if (age === undefined) return { done: false, seen: `${component} does not run yet` };
  const asked = await ask(context, pathOf('Lease', 'kube-system', component));
  if ('away' in asked) return { done: asked.expected, seen: `${component} runs; ${asked.seen}` };
  const { holderIdentity, renewTime, acquireTime } = asked.object.spec ?? {};
  const renewed = now - Date.parse(renewTime ?? '') / 1000;
  const acquired = now - Date.parse(acquireTime ?? '') / 1000;
  // a lease of the process before it looks fresh for a while
  const leads = Boolean(holderIdentity) && renewed < leaseSeconds && acquired <= age + 2;
  return { done: leads, seen: leads ? `${component} runs and leads` : `${component} runs; the lease of the one before it has to expire` };
}

/** The API answers, and scheduler and controller manager lead wherever they were not taken away themselves. */
export async function controlPlaneWell(context: FaultContext): Promise<Look> {
  const api = await apiWell(context);
  if (!api.done) return api;
  const look = await lookAtComponents(context);
  for (const component of leaders) {
    if (!look.atHome.has(component)) continue;
    const leader = await leaderWell(context, component, look);
    if (!leader.done) return leader;
  }
  return { done: true, seen: 'the API server is ready, scheduler and controller manager lead' };
}

/** Every component is at home, the control plane is well, and every node. */
export async function isWhole(context: FaultContext): Promise<Look> {
  const { controlPlane, workers } = context.cluster;
  const { atHome } = await lookAtComponents(context);
  const away = components.find((component) => !atHome.has(component));
  if (away) return { done: false, seen: `there is no ${manifestPath(context, away)} on ${controlPlane}` };
  const well = await controlPlaneWell(context);
  if (!well.done) return well;
  const nodes = await Promise.all([controlPlane, ...workers].map((node) => nodeWell(context, node)));
  return nodes.find((look) => !look.done) ?? { done: true, seen: 'the cluster is whole' };
}
