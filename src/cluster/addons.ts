import { readFileSync } from 'node:fs';
import type { KubeObject } from '../grading/object.ts';
import type { KubeApi } from '../kube/api.ts';
import { applyObjects, parseManifests } from '../kube/apply.ts';
import { discover } from '../kube/discovery.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import type { OnProgress } from '../system/progress.ts';
import { waitUntil } from '../system/wait.ts';
import { type LabImage, loadImages } from './images.ts';
import type { ProviderFacts } from './provider.ts';

export interface AddonPorts {
  clock: Clock;
  /** Folder of the installed kubedrill, with images/. */
  home: string;
  /** What the provider brings itself is left to it. */
  facts: Pick<ProviderFacts, 'ingress' | 'metrics'>;
}

/** The apps of images/apps that a provider may have an add-on of its own for. */
const factOf: Record<string, 'ingress' | 'metrics'> = { ingress: 'ingress', 'metrics-server': 'metrics' };

/** metrics-server answers after its second look at the kubelets, 15 s after its first. */
const availableBoundMs = 90_000;
const step = 'add what labs need in the cluster: metrics-server, an ingress controller';

/** Puts the apps that are a part of the cluster into it: those of images/apps with a manifest. Doing it twice changes nothing. */
export async function installAddons(api: KubeApi, ports: AddonPorts, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
  const started = ports.clock.now();
  const seconds = () => (ports.clock.now() - started) / 1000;
  onProgress({ type: 'step-started', step, expected: 25, bound: availableBoundMs / 1000 });
  try {
    const objects = await applyAddons(api, ports, signal);
    const missing = await waitUntilAvailable(api, objects, ports.clock, signal);
    // a lab that needs one says so itself; the others can begin
    if (missing) onProgress({ type: 'step-note', step, note: `${missing}; it may yet come` });
    onProgress({ type: 'step-done', step, seconds: seconds() });
  } catch (error) {
    onProgress({ type: 'step-failed', step, seconds: seconds(), reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

/** Applies the manifests, and gives their objects. */
async function applyAddons(api: KubeApi, { clock, home, facts }: AddonPorts, signal: AbortSignal): Promise<KubeObject[]> {
  const isOurs = ({ app }: LabImage) => factOf[app] === undefined || facts[factOf[app]].how === 'stand-in';
  const objects = loadImages(home).filter(isOurs).flatMap(objectsOf);
  const applied = await applyObjects(api, objects, { clock, signal });
  const refused = applied.find((one) => !one.ok);
  if (refused && !refused.ok) {
    throw new LabError('cluster-failed', `could not add ${refused.what} to the cluster: ${refused.failure.message}`, {
      hint: 'Look at the cluster (kubedrill doctor), then go on: kubedrill up',
    });
  }
  return objects;
}

function objectsOf(image: LabImage): KubeObject[] {
  if (!image.manifest) return [];
  const { objects, problems } = parseManifests(readFileSync(image.manifest, 'utf8'), image.manifest);
  const [first] = problems;
  if (first)
    throw new LabError('refused-input', `${first.file}:${first.line}:${first.column}  ${first.message}`, { hint: 'Mend that manifest.' });
  return objects;
}

/** Undefined when all is available, else what is not. */
async function waitUntilAvailable(
  api: KubeApi,
  objects: readonly KubeObject[],
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const awaited = objects.filter((object) => object.kind === 'Deployment' || object.kind === 'APIService');
  const discovery = discover(api);
  const waited = await waitUntil(
    async () => {
      for (const object of awaited) {
        const path = await discovery.pathOf(object, undefined, signal);
        const now = path.ok ? await api.request('GET', path.path, { signal }) : path;
        if (!now.ok) return { done: false, seen: `${object.kind} ${object.metadata.name}: ${now.message}` };
        const conditions: { type: string; status: string }[] = now.body.status?.conditions ?? [];
        const there = conditions.some((one) => one.type === 'Available' && one.status === 'True');
        if (!there) return { done: false, seen: `${object.kind} ${object.metadata.name} is not available` };
      }
      return { done: true, seen: 'all available' };
    },
    { boundMs: availableBoundMs, everyMs: 500, clock, signal },
  );
  if (waited.outcome === 'cancelled')
    throw new LabError('interrupted', 'interrupted while metrics-server and ingress start', { hint: 'Go on: kubedrill up' });
  return waited.outcome === 'done' ? undefined : waited.seen;
}
