import { z } from 'zod';
import { LabError } from '../lab-error.ts';
import { waitUntil } from '../system/wait.ts';
import { defineFault, type FaultContext } from './fault.ts';
import { hurryControlPlane, restartKubelet } from './hurry.ts';
import { copyManifests, type KeptMachine, machineWell, noteMachine, restoreMachine } from './kept-manifests.ts';
import { type KeptNode, type KeptObject, noteNodes, noteSystem, restoreNode, restoreObject, systemWell } from './kept-objects.ts';
import { answersLater, lookAgain } from './life.ts';
import { controlPlaneWell, isWhole, nodeReady } from './wellness.ts';

type Kept = { lab: string; controlPlane: string; staticPodPath: string; machines: KeptMachine[]; nodes: KeptNode[]; system: KeptObject[] };

/**
 * No fault, but lives like one: what a lab that has the cluster alone found when it began. Its undo mends whatever a learner broke
 * by hand since, in a shell on a node or through the API: manifests moved or edited, kubelets stopped, nodes paused, deleted,
 * tainted, cordoned or labelled, add-ons scaled, edited or deleted.
 */
export const exclusiveLab = defineFault({
  id: 'exclusive-lab',
  title: 'Note the state of the cluster',
  what: 'Notes manifests, kubelets, nodes and add-ons before a lab that needs the cluster alone.',
  why: 'What is broken by hand during the lab is mended after it.',
  look: 'kubedrill faults',
  scope: 'cluster',
  params: z.strictObject({ lab: z.string() }),
  wellIsUndone: true,
  seconds: { effect: 1, effectBound: 30, recovery: 5, recoveryBound: 180 },

  async plan(context, { lab }) {
    const { controlPlane, workers, staticPodPath } = context.cluster;
    await expectWhole(context, lab);
    const machines = await Promise.all([controlPlane, ...workers].map((node) => noteMachine(context, node)));
    const record: Kept = { lab, controlPlane, staticPodPath, machines, nodes: await noteNodes(context), system: await noteSystem(context) };
    return { record, steps: [`note manifests, kubelets, nodes and add-ons for ${lab}`] };
  },

  async inject(context, { machines }) {
    await Promise.all(machines.map((machine) => copyManifests(context, machine)));
  },

  effect: async () => ({ done: true, seen: 'noted' }),

  async undo(context, { machines, nodes, system }) {
    const [first, ...others] = machines;
    const troubles: unknown[] = [];
    const attempt = async (act: () => Promise<unknown>) => {
      try {
        await act();
      } catch (trouble) {
        troubles.push(trouble);
      }
    };
    // the control plane before all others, and one lost worker must not keep the rest from being mended
    if (first) await attempt(() => restoreMachine(context, first));
    await Promise.all(others.map((machine) => attempt(() => restoreMachine(context, machine))));
    await attempt(() => hurryControlPlane(context));
    for (const node of nodes)
      await attempt(async () => {
        if ((await restoreNode(context, node)) === 'there') return;
        // a Node that was deleted comes back when its kubelet introduces itself again
        await restartKubelet(context, node.name, 20);
        throw new LabError('no-cluster', `Node ${node.name} is not back yet`);
      });
    for (const object of system) await attempt(() => restoreObject(context, object));
    // what may answer later is worth another try, whatever else went wrong
    if (troubles.length > 0) throw troubles.find(answersLater) ?? troubles[0];
  },

  async recovered(context, { machines, nodes, system }) {
    // what takes longest to be well is looked at first: to look at a machine is not cheap
    const [first, ...others] = machines;
    const controlPlane = first ? await machineWell(context, first) : undefined;
    if (controlPlane && !controlPlane.done) return controlPlane;
    const components = await controlPlaneWell(context);
    if (!components.done) return components;
    const looks = await Promise.all(others.map((machine) => machineWell(context, machine)));
    const unwell = looks.find((look) => !look.done);
    if (unwell) return unwell;
    const ready = await Promise.all(nodes.map(({ name }) => nodeReady(context, name)));
    return ready.find((look) => !look.done) ?? systemWell(context, nodes, system);
  },

  inForce: ({ lab }) => `${lab} has the cluster alone`,
  touches: () => [],
  mend: ({ controlPlane, staticPodPath }) =>
    `docker exec ${controlPlane} sh -c 'cp ${staticPodPath.replace(/\/[^/]+\/?$/, '')}/kubedrill-kept/*.yaml ${staticPodPath}/'`,
});

const wholeBoundMs = 150_000;

/** A kubelet that does not run, or a manifest that is away, would be noted as one that has to be so. */
async function expectWhole(context: FaultContext, lab: string): Promise<void> {
  const { clock, signal } = context;
  const waited = await waitUntil(() => lookAgain(() => isWhole(context)), { boundMs: wholeBoundMs, clock, signal });
  if (waited.outcome === 'cancelled') throw new LabError('interrupted', `${lab} was interrupted`);
  if (waited.outcome === 'bound')
    throw new LabError('cluster-failed', `${lab} needs the whole cluster, and it is not whole: ${waited.seen}`, {
      hint: 'Mend it: kubedrill recover; or make it anew: kubedrill down, then kubedrill up',
    });
}
