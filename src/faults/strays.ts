import { reasonOf } from '../lab-error.ts';
import type { OnProgress } from '../system/progress.ts';
import { type Look, waitUntil } from '../system/wait.ts';
import { components, folderBeside, lookAtComponents, manifestPath } from './components.ts';
import type { FaultContext } from './fault.ts';
import { hurryControlPlane } from './hurry.ts';
import { lookAgain } from './life.ts';
import { fileExists, kubeletActive, nodeAnswers, onNode, readFileOn, writeFileOn } from './node-acts.ts';
import { addressOf, readdressed } from './node-address.ts';
import type { Recovery } from './recover.ts';
import { isWhole } from './wellness.ts';

const boundMs = 180_000;

interface Stray {
  what: string;
  mend: string;
  act(): Promise<unknown>;
}

/**
 * Mends what no journal knows of (its folder was lost, or somebody broke it by hand): nodes that are paused, kubelets that do not
 * run, manifests that were moved aside. Nothing is reported where nothing is astray.
 */
export async function mendStrays(context: FaultContext, onProgress?: OnProgress): Promise<Recovery[]> {
  const started = context.clock.now();
  const seconds = () => Math.round((context.clock.now() - started) / 100) / 10;
  const strays = await straysOf(context);
  if (strays.length === 0) return [];
  for (const { what, act } of strays) {
    onProgress?.({ type: 'step-note', step: 'recover', note: `mending what no journal knows of: ${what}` });
    await act().catch(() => undefined); // whether it helped is seen below
  }
  const step = 'wait until the cluster is whole';
  onProgress?.({ type: 'step-started', step, bound: boundMs / 1000 });
  let trouble = '';
  const look = async (): Promise<Look> => {
    const now = await lookAgain(() => isWhole(context));
    trouble = now.done ? '' : await hurryControlPlane(context).then(() => '', reasonOf);
    return now;
  };
  const waited = await waitUntil(look, { boundMs, everyMs: 1000, clock: context.clock, signal: context.signal });
  const well = waited.outcome === 'done';
  const seen = well ? waited.seen : `not whole after ${seconds()} s: ${waited.seen}${trouble ? `; ${trouble}` : ''}`;
  onProgress?.(well ? { type: 'step-done', step, seconds: seconds() } : { type: 'step-failed', step, seconds: seconds(), reason: seen });
  return strays.map(({ what, mend }) => ({
    id: '',
    fault: '',
    what,
    lab: undefined,
    outcome: well ? 'undone' : 'failed',
    seen,
    ...(well ? {} : { mend }),
    seconds: seconds(),
  }));
}

async function straysOf(context: FaultContext): Promise<Stray[]> {
  const { controlPlane, workers } = context.cluster;
  const strays: Stray[] = [];
  for (const node of [controlPlane, ...workers]) {
    const paused = !(await nodeAnswers(context, node)).answers;
    const start = () => onNode(context, node, ['systemctl', 'start', 'kubelet']);
    if (paused)
      strays.push({
        what: `${node} does not answer`,
        mend: `docker unpause ${node}`,
        act: async () => {
          await context.nodes.unpause(node, context.signal);
          if (!(await kubeletActive(context, node))) await start();
        },
      });
    else if (!(await kubeletActive(context, node)))
      strays.push({ what: `the kubelet of ${node} does not run`, mend: `docker exec ${node} systemctl start kubelet`, act: start });
  }
  if (strays.some(({ what }) => what.startsWith(`${controlPlane} `))) return strays;
  const { atHome } = await lookAtComponents(context);
  for (const component of components) {
    if (atHome.has(component)) continue;
    const home = manifestPath(context, component);
    const aside = `${folderBeside(context, 'kubedrill-stopped')}/${component}.yaml`;
    const from = (await fileExists(context, controlPlane, aside)) ? aside : `${folderBeside(context, 'kubedrill-kept')}/${component}.yaml`;
    strays.push({
      what: `there is no ${home} on ${controlPlane}`,
      mend: `docker exec ${controlPlane} cp ${from} ${home}`,
      act: async () => {
        const text = await readFileOn(context, controlPlane, from);
        if (text === undefined) return;
        const now = readdressed(text, await addressOf(context, controlPlane));
        await writeFileOn(context, controlPlane, home, now, from.slice(0, from.lastIndexOf('/')));
        if (from === aside) await onNode(context, controlPlane, ['rm', '-f', from]);
      },
    });
  }
  return strays;
}
