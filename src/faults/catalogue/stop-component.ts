import { z } from 'zod';
import { type Component, components, folderBeside, lookAtComponents, manifestPath } from '../components.ts';
import { defineFault, type FaultContext } from '../fault.ts';
import { hurryControlPlane, restartKubelet } from '../hurry.ts';
import { onNode, readFileOn, sha256, writeFileOn } from '../node-acts.ts';
import { addressOf, readdressed } from '../node-address.ts';
import { refused } from '../parameters.ts';
import { controlPlaneWell, leaderWell } from '../wellness.ts';

/** A kubelet that has just started needs so long until it runs what it finds. */
const kubeletRestSeconds = 12;

/** A manifest: where it belongs, where it waits, and what it says. */
type Manifest = { node: string; component: Component; home: string; away: string; text: string; sha256: string };

/**
 * The kubelet runs a static Pod for each manifest in its folder, and ends it when the file goes away.
 * Stopping the container would not do: the kubelet starts it again.
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/
 */
export default defineFault({
  id: 'stop-component',
  title: 'Stop a component of the control plane',
  what: 'Moves the static Pod manifest of a control-plane component aside on the node; the kubelet then ends it.',
  why: 'Each component does one thing; what stops working without it shows which.',
  look: 'kubectl -n kube-system get pods',
  scope: 'cluster',
  params: z.strictObject({ component: z.enum(components).describe('Which component stops.') }),
  seconds: { effect: 3, effectBound: 90, recovery: 25, recoveryBound: 120 },

  async plan(context, { component }) {
    const node = context.cluster.controlPlane;
    const home = manifestPath(context, component);
    const text = await readFileOn(context, node, home);
    if (text === undefined)
      throw refused(`${component} is stopped already: there is no ${home} on ${node}`, 'Bring it back: kubedrill recover');
    const away = `${folderBeside(context, 'kubedrill-stopped')}/${component}.yaml`;
    return {
      record: { node, component, home, away, text, sha256: sha256(text) } as Manifest,
      steps: [
        `on ${node}: move ${home} to ${away}`,
        `wait until the process ${component} has ended${component === 'kube-apiserver' ? ' (about 30 s)' : ''}`,
      ],
    };
  },

  async inject(context, { node, home, away }) {
    await onNode(context, node, ['mkdir', '-p', away.slice(0, away.lastIndexOf('/'))]);
    await onNode(context, node, ['mv', '-f', home, away]);
  },

  async effect(context, { component }) {
    const { ages } = await lookAtComponents(context);
    return ages.has(component) ? { done: false, seen: `${component} still runs` } : { done: true, seen: `${component} does not run` };
  },

  async undo(context, record) {
    const { node, component, away } = record;
    const { atHome, ages } = await lookAtComponents(context);
    if (!atHome.has(component)) await bringHome(context, record);
    else {
      await onNode(context, node, ['rm', '-f', away]);
      // what was stopped several times in a row can be in the kubelet's back-off of up to 5 min; a new kubelet has forgotten it
      if (!ages.has(component)) await restartKubelet(context, node, kubeletRestSeconds);
    }
    if (component === 'kube-apiserver' || component === 'etcd') await hurryControlPlane(context);
  },

  async recovered(context, { node, component, home }) {
    const look = await lookAtComponents(context);
    if (!look.atHome.has(component)) return { done: false, seen: `there is no ${home} on ${node}` };
    if (component === 'kube-apiserver' || component === 'etcd') return controlPlaneWell(context);
    return leaderWell(context, component, look);
  },

  inForce: ({ component }) => `${component} is stopped`,
  touches: ({ node, component }) => [`static Pod ${node}/${component}`],
  mend: ({ node, home, away }) => `docker exec ${node} sh -c 'mv ${away} ${home}; systemctl restart kubelet'`,
});

/** From where it was put, if it is still what it was; else from the journal. For another address where the node has one by now. */
async function bringHome(context: FaultContext, { node, home, away, text, sha256: hash }: Manifest): Promise<void> {
  const now = readdressed(text, await addressOf(context, node));
  const waiting = now === text ? await readFileOn(context, node, away) : undefined;
  if (waiting !== undefined && sha256(waiting) === hash) return void (await onNode(context, node, ['mv', '-f', away, home]));
  await writeFileOn(context, node, home, now, away.slice(0, away.lastIndexOf('/')));
  await onNode(context, node, ['rm', '-f', away]);
}
