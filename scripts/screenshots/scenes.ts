import { join } from 'node:path';
import { gradersById } from '../../graders/index.generated.ts';
import { valuesOf } from '../../src/drill/placeholder-values.ts';
import { renderLab } from '../../src/drill/render-lab.ts';
import { faultsById } from '../../src/faults/index.generated.ts';
import { checkCel } from '../../src/grading/cel.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { loadCatalogue } from '../../src/lab/load.ts';
import { render } from '../../src/lab/placeholders.ts';
import type { Lab } from '../../src/lab/schema.ts';
import { readLabFiles } from '../../src/system/lab-files.ts';
import type { StartPty } from '../../src/system/terminal-pane.ts';
import type { HomeState, LabCard } from '../../src/tui/host.ts';
import { FakeDrill, FakeHost, labCardOf, upCluster } from '../../test/support/fake-host.ts';
import { clusterFacts, deployment, endpointSlice, event, pod, replicaSet, service } from '../../test/support/objects.ts';
import { type RunningTui, startTui } from '../../test/support/tui.ts';
import { schedulerLab } from '../../test/support/tui-labs.ts';
import { svgOf } from './picture.ts';
import { portSession, recordedShell, schedulerSession } from './shell.ts';

const size = { columns: 128, rows: 40 };
const startedAt = 1_000_000;

/** The catalogue as a learner has it after a few evenings. */
function homeOf(catalogue: ReturnType<typeof loadCatalogue>, change: Partial<HomeState> = {}): HomeState {
  const progress: Record<string, Partial<LabCard>> = {};
  const first = catalogue.labs.filter(({ track }) => track === catalogue.tracks[0]?.id);
  for (const [index, lab] of first.entries()) {
    const { points } = labCardOf(lab);
    if (index < 2) progress[lab.id] = { state: 'passed', score: points - index };
    if (index === 2) progress[lab.id] = { state: 'started', score: 3 };
  }
  const tracks = catalogue.tracks.map(({ id, title }) => ({
    id,
    title,
    labs: catalogue.labs
      .filter(({ track }) => track === id)
      .map((lab) => {
        const needs = [
          ...(lab.needs.workers > 0 ? [`${lab.needs.workers} workers`] : []),
          ...(lab.exclusive ? ['alone on the cluster'] : []),
        ];
        return labCardOf(lab, { needs, ...progress[lab.id] });
      }),
  }));
  return { catalogue: { state: 'ready', tracks }, cluster: upCluster(), faults: [], ...change };
}

const running = (set: KubeObject, names: readonly (readonly [name: string, node: string])[], labels: Record<string, string>) =>
  names.map(([name, node]) => pod({ name: `${set.metadata.name}-${name}`, node, owner: set, labels }));

const at = (seconds: number): string => new Date(startedAt + seconds * 1000).toISOString();

function portObjects(): KubeObject[] {
  const top = deployment({ name: 'nginx-deployment', replicas: 2, selector: { app: 'nginx' } });
  const set = replicaSet({ name: 'nginx-deployment-758bd55d88', replicas: 2, revision: 1, owner: top });
  const pods = running(
    set,
    [
      ['j9g47', 'kubedrill-worker2'],
      ['wgxcn', 'kubedrill-worker'],
    ],
    { app: 'nginx' },
  );
  const front = service({ name: 'nginx-service', selector: { app: 'nginx' }, ports: [{ port: 80, targetPort: 8080 }] });
  return [
    top,
    set,
    ...pods,
    front,
    endpointSlice(front, pods, { port: 8080 }),
    { ...event({ reason: 'Started', name: pods[0]?.metadata.name, note: 'Started container nginx' }), eventTime: at(0) },
  ];
}

function shopObjects(): KubeObject[] {
  const top = deployment({ name: 'shop', replicas: 6, available: 2 });
  const set = replicaSet({ name: 'shop-5d8f7c6b9d', replicas: 6, ready: 2, revision: 1, owner: top });
  const placed = running(
    set,
    [
      ['4kqzl', 'kubedrill-worker'],
      ['hl2vn', 'kubedrill-worker2'],
    ],
    { app: 'shop' },
  );
  const waiting = ['9wz7x', 'c6tkr', 'nb8s4', 'x7jdm'].map((name) => {
    const made = pod({ name: `${set.metadata.name}-${name}`, owner: set, phase: 'Pending', labels: { app: 'shop' } });
    return { ...made, spec: { ...made.spec, nodeName: undefined } };
  });
  const front = service({ name: 'shop', selector: { app: 'shop' } });
  return [top, set, ...placed, ...waiting, front, endpointSlice(front, placed)];
}

/** Opens a lab and puts its questions off. */
async function openLab(drill: FakeDrill, home: HomeState, startPty: StartPty): Promise<RunningTui> {
  const tui = startTui(new FakeHost(home, [drill]), { ...size, startPty });
  const { screen } = tui;
  const { lab } = drill.state;
  await screen.until('labs passed');
  screen.press('/');
  await screen.until(' labs  ');
  screen.press(lab.id);
  await screen.until('1 lab');
  screen.press('enter');
  await screen.until('Enter open');
  screen.press('enter');
  await screen.until(` of ${lab.steps.length}  `);
  if (lab.steps[drill.state.current]?.predict.length) {
    await screen.until('Before you act');
    screen.press('esc');
  }
  await screen.until('t shell');
  await screen.until('drill:~$');
  return tui;
}

/** The screen once nothing on it moves any more: some parts are drawn a moment after the others. */
async function stillPicture({ screen }: RunningTui, title: string): Promise<string> {
  let before = '';
  for (let look = 0; look < 40; look++) {
    await screen.settled();
    const now = svgOf(screen.terminal, title, screen.cursorShown);
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`the screen of "${title}" does not come to rest`);
}

async function pictureOf(tui: RunningTui, name: string, title: string) {
  const svg = await stillPicture(tui, title);
  await tui.quit();
  return { name, svg };
}

/** The README's scenes, each as a picture. */
export async function scenes(root: string): Promise<{ name: string; svg: string }[]> {
  const catalogue = loadCatalogue(readLabFiles([join(root, 'labs')]), { graders: gradersById, faults: faultsById, checkCel });
  const labOf = (id: string, instead: Lab | undefined): Lab => {
    const lab = catalogue.labs.find((one) => one.id === id) ?? instead;
    if (!lab) throw new Error(`the lab ${id} is not in labs/`);
    const values = valuesOf(
      clusterFacts({ controlPlane: 'kubedrill-control-plane', workers: ['kubedrill-worker', 'kubedrill-worker2'] }),
      `drill-${id}`,
    );
    return renderLab(lab, (text) => render(text, values));
  };
  const home = homeOf(catalogue);

  const atHome = startTui(new FakeHost(home), size);
  await atHome.screen.until('labs passed');
  // past the first paint: with the Markdown library
  atHome.screen.press('n', 'n');
  await atHome.screen.until('▸ ○');
  const homePicture = await pictureOf(atHome, 'home', 'kubedrill: tracks and labs, the selected lab, the cluster');

  const port = new FakeDrill(labOf('bf-port-mismatch', undefined), startedAt - 161_000);
  port.setObjects(portObjects());
  const inLab = await openLab(port, home, recordedShell(portSession));
  port.setVerdict('C1', {
    verdict: 'fail',
    observed: 'connection refused',
    expected: 'HTTP 200 with "Welcome to nginx"',
    field: 'Service nginx-service spec.ports[0].targetPort',
    look: 'kubectl describe service nginx-service',
  });
  port.setVerdict('C2', {
    verdict: 'fail',
    observed: 'port 8080',
    expected: 'port 80',
    field: 'EndpointSlice ports',
    look: 'kubectl get endpointslices',
  });
  port.setVerdict('G1', { verdict: 'pass', evidence: 'image kd/web:1.0' });
  inLab.screen.press('t');
  await inLab.screen.until('Ctrl+B leaves');
  const labPicture = await pictureOfFocused(inLab, 'lab', 'kubedrill: a lab, its checks and objects, beside a real shell');

  const shop = new FakeDrill(labOf('cs-scheduler-down', schedulerLab), startedAt - 74_000);
  shop.startAt(shop.state.lab.steps.findIndex(({ checks }) => checks.length > 0));
  const fault = {
    journalId: '1',
    fault: 'stop-component',
    what: 'kube-scheduler is stopped on the control plane',
    since: startedAt - 60_000,
    lab: shop.state.lab.id,
  };
  shop.setObjects(shopObjects());
  const withShop = catalogue.labs.some(({ id }) => id === schedulerLab.id) ? home : withLab(home, schedulerLab);
  const atFault = await openLab(shop, withShop, recordedShell(schedulerSession));
  shop.setFaults([fault]);
  const scaled = shop.state.checks.find(({ guard }) => !guard);
  if (scaled) {
    shop.setVerdict(scaled.id, {
      verdict: 'fail',
      observed: '2 of 6 Pods ready, 4 without a node',
      expected: '6 ready',
      field: 'Deployment shop status.readyReplicas',
      look: 'kubectl get pods -o wide',
    });
  }
  await atFault.screen.until('fault in force');
  await atFault.screen.until('2 of 6 Pods ready');
  const faultPicture = await pictureOf(atFault, 'fault', 'kubedrill: a fault in force, and what it does to the cluster');
  return [homePicture, labPicture, faultPicture];
}

/** The shell has the keys: they are taken back before the program is left. */
async function pictureOfFocused(tui: RunningTui, name: string, title: string) {
  const svg = await stillPicture(tui, title);
  tui.screen.press('ctrl+b');
  await tui.screen.until('t types here');
  await tui.quit();
  return { name, svg };
}

/** A catalogue that also has this lab. */
function withLab(home: HomeState, lab: Lab): HomeState {
  if (home.catalogue.state !== 'ready') return home;
  const track = { id: lab.track, title: 'Capstones', labs: [labCardOf(lab)] };
  return { ...home, catalogue: { state: 'ready', tracks: [...home.catalogue.tracks, track] } };
}
