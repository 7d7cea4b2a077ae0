import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { imagesFrom, nodesFromStatus, readExitMarker, versionFrom, withExitMarker } from '../../../src/cluster/minikube/minikube-output.ts';
import { minikubeProvider } from '../../../src/cluster/minikube/minikube-provider.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type Answer, fakeMachine, recorded } from './fake-minikube.ts';

const signal = new AbortController().signal;
const ownershipId = '7b2d3a44-6f39-4c0e-9d6a-2f1f0c1b7e55';
let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});

function provider(answers: (program: string, args: readonly string[]) => Answer | 'missing') {
  const machine = fakeMachine(answers);
  return {
    machine,
    minikube: minikubeProvider({
      run: machine.run,
      env: { PATH: '/bin' },
      kubeconfigOf: (name) => join(folder, `${name}.kubeconfig`),
      kubectl: async () => 'kubectl',
    }),
  };
}

const by =
  (table: Record<string, Answer | 'missing'>) =>
  (program: string, args: readonly string[]): Answer | 'missing' => {
    const line = [program, ...args].join(' ');
    const key = Object.keys(table).find((start) => line.startsWith(start));
    return key === undefined ? { exitCode: 64, stderr: `not in this test: ${line}` } : (table[key] as Answer | 'missing');
  };

describe('what minikube prints', () => {
  it('reads one node as an object and several as an array', () => {
    expect(nodesFromStatus(recorded.oneNode)).toEqual([{ name: 'drill', role: 'control-plane', state: 'running' }]);
    expect(nodesFromStatus(recorded.twoNodes)).toEqual([
      { name: 'drill', role: 'control-plane', state: 'running' },
      { name: 'drill-m02', role: 'worker', state: 'running' },
    ]);
  });

  it('tells a paused and a stopped node from a running one, and a stopped kubelet from a stopped node', () => {
    expect(nodesFromStatus(recorded.paused)?.[0]?.state).toBe('paused');
    expect(nodesFromStatus(recorded.stopped)?.map((node) => node.state)).toEqual(['stopped', 'stopped']);
    expect(nodesFromStatus(recorded.kubeletStopped)?.map((node) => node.state)).toEqual(['running', 'running']);
  });

  it('takes no message for a status', () => {
    expect(nodesFromStatus('* Profile "drill" not found.')).toBeUndefined();
    expect(nodesFromStatus('{"message":"x"}')).toBeUndefined();
  });

  it('reads what images a node has, by the names of this machine', () => {
    expect([...imagesFrom(recorded.images('kd/web:1.0'))]).toEqual(['registry.k8s.io/pause:3.10.1', 'kd/web:1.0']);
    expect([...imagesFrom('FATA[0000] no such file')]).toEqual([]);
  });

  it('finds the real exit code behind minikube ssh, which answers 1 for every failure', () => {
    expect(withExitMarker(['test', '-e', "/a b's"])).toBe(`sudo test -e '/a b'\\''s'; echo "kubedrill-exit-code=$?"`);
    expect(readExitMarker('text\nkubedrill-exit-code=7\n')).toEqual({ exitCode: 7, stdout: 'text\n' });
    expect(readExitMarker('ssh: connection refused')).toBeUndefined();
  });

  it('reads versions', () => {
    expect(versionFrom('v1.38.1\n')).toEqual([1, 38, 1]);
    expect(versionFrom('what?')).toBeUndefined();
  });
});

describe('the minikube provider', () => {
  it('says what was looked for when there is no minikube, and how to get one', async () => {
    const { minikube } = provider(() => 'missing');
    await expect(
      minikube.create(
        { name: 'drill', workers: 1, kubernetes: '1.34.4', ownershipId },
        { kubeconfig: join(folder, 'k'), onProgress: () => undefined, signal },
      ),
    ).rejects.toMatchObject({
      code: 'missing-program',
      message: 'minikube is not on PATH (/bin)',
      hint: 'Install it (https://minikube.sigs.k8s.io/docs/start/), or use kind: kubedrill up --provider kind',
    });
  });

  it('refuses a minikube that is too old, by its version', async () => {
    const { minikube } = provider(by({ 'minikube version': { stdout: 'v1.25.2' } }));
    await expect(
      minikube.create(
        { name: 'drill', workers: 0, kubernetes: '1.34.4', ownershipId },
        { kubeconfig: join(folder, 'k'), onProgress: () => undefined, signal },
      ),
    ).rejects.toThrow('minikube is 1.25.2, kubedrill needs 1.32.0 or newer');
  });

  it('starts a profile with a kubeconfig of its own, its own defaults, and the arguments that were passed through', async () => {
    const kubeconfig = join(folder, 'drill.kubeconfig');
    const { minikube, machine } = provider((_, args) => {
      if (args[0] === 'version') return { stdout: 'v1.38.1' };
      if (args[0] === 'start') writeFileSync(kubeconfig, 'server: https://192.168.49.2:8443');
      if (args[0] === 'status') return { stdout: recorded.twoNodes };
      return {};
    });
    await minikube.create(
      { name: 'drill', workers: 1, kubernetes: '1.34.4', ownershipId, providerArgs: ['--driver=kvm2', '--preload=false'] },
      { kubeconfig, onProgress: () => undefined, signal },
    );
    const start = machine.asked.find((one) => one.line.startsWith('minikube start'));
    expect(start?.line).toBe(
      `minikube start -p drill --apiserver-names=${ownershipId}.kubedrill.internal --extra-config=scheduler.leader-elect=true --extra-config=controller-manager.leader-elect=true --container-runtime=containerd --kubernetes-version=v1.34.4 --nodes=2 --interactive=false --wait=all --wait-timeout=6m --driver=kvm2 --preload=false`,
    );
    expect(start?.env.KUBECONFIG).toBe(kubeconfig);
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(readFileSync(kubeconfig, 'utf8')).toContain('8443');
    expect(machine.lines().at(-1)).toBe(
      `kubectl --kubeconfig ${kubeconfig} taint node drill node-role.kubernetes.io/control-plane=:NoSchedule --overwrite`,
    );
  });

  it('leaves a single node untainted: nothing else could run its Pods', async () => {
    const kubeconfig = join(folder, 'drill.kubeconfig');
    const { minikube, machine } = provider((_, args) => {
      if (args[0] === 'version') return { stdout: 'v1.38.1' };
      if (args[0] === 'start') writeFileSync(kubeconfig, '');
      return args[0] === 'status' ? { stdout: recorded.oneNode } : {};
    });
    await minikube.create(
      { name: 'drill', workers: 0, kubernetes: '1.34', ownershipId },
      { kubeconfig, onProgress: () => undefined, signal },
    );
    expect(machine.lines().some((line) => line.includes('taint'))).toBe(false);
    expect((await minikube.facts('drill', signal)).controlPlaneTainted).toBe(false);
  });

  it('shows minikube no kubeconfig but its own', async () => {
    const { minikube, machine } = provider(by({ 'minikube status': { exitCode: 7, stdout: recorded.stopped } }));
    expect(await minikube.status('drill', signal)).toMatchObject({ exists: true, state: 'stopped' });
    expect(machine.asked.every((one) => one.env.KUBECONFIG === join(folder, 'drill.kubeconfig'))).toBe(true);
  });

  it.each([
    ['running', 0, recorded.twoNodes, 'running'],
    ['with a stopped kubelet (exit code 2)', 2, recorded.kubeletStopped, 'running'],
    ['paused (exit code 2)', 2, recorded.paused, 'stopped'],
    ['stopped (exit code 7)', 7, recorded.stopped, 'stopped'],
    ['not there', 85, '* Profile "drill" not found.', 'absent'],
  ])('knows a profile that is %s', async (_, exitCode, stdout, state) => {
    const { minikube } = provider(by({ 'minikube status': { exitCode, stdout } }));
    expect((await minikube.status('drill', signal)).state).toBe(state);
  });

  it('acts on nodes by docker exec with the docker driver', async () => {
    const { minikube, machine } = provider(
      by({ 'minikube profile list': { stdout: recorded.profiles() }, 'docker exec': { exitCode: 3, stdout: 'said' } }),
    );
    const result = await minikube.exec('drill', 'drill-m02', ['systemctl', 'is-active', 'kubelet'], { timeoutMs: 1000 });
    expect(result).toMatchObject({ exitCode: 3, stdout: 'said' });
    expect(machine.lines()).toContain('docker exec drill-m02 systemctl is-active kubelet');
  });

  it('acts on nodes by minikube ssh with other drivers, and reads the real exit code', async () => {
    const { minikube, machine } = provider(
      by({
        'minikube profile list': { stdout: recorded.profiles('kvm2') },
        'minikube ssh': { stdout: 'inactive\nkubedrill-exit-code=3\n' },
      }),
    );
    const result = await minikube.exec('drill', 'drill-m02', ['systemctl', 'is-active', 'kubelet'], { timeoutMs: 1000 });
    expect(result).toMatchObject({ ok: false, outcome: 'exited', exitCode: 3, stdout: 'inactive\n' });
    expect(machine.lines()).toContain(
      'minikube ssh -p drill -n drill-m02 -- sudo systemctl is-active kubelet; echo "kubedrill-exit-code=$?"',
    );
    await expect(minikube.pause('drill', 'drill-m02', signal)).rejects.toThrow('a node of the kvm2 driver cannot be paused');
  });

  it('knows whom a profile was made for, as soon as it is written', async () => {
    const owned = by({
      'minikube status': { stdout: recorded.twoNodes },
      'minikube profile list': { stdout: recorded.profiles('docker', [`${ownershipId}.kubedrill.internal`]) },
      'docker inspect --type container --format {{index .Config.Labels "name.minikube.sigs.k8s.io"}} drill-m02': { stdout: 'drill-m02\n' },
      'docker inspect --type container --format {{index .Config.Labels "name.minikube.sigs.k8s.io"}} drill': { stdout: 'drill\n' },
    });
    expect(await provider(owned).minikube.ownershipId('drill', signal)).toEqual({ id: ownershipId });
    const elsewhere = by({ 'minikube profile list': { stdout: recorded.profiles('kvm2', [`${ownershipId}.kubedrill.internal`]) } });
    expect(await provider(elsewhere).minikube.ownershipId('drill', signal)).toEqual({ id: ownershipId });
  });

  it.each([
    ['no name of its own', undefined],
    ['names that are not ours', ['minikubeCA', 'control-plane.minikube.internal']],
  ])('does not own a profile that somebody else made: %s', async (_, names) => {
    const foreign = by({
      'minikube status': { stdout: recorded.oneNode },
      'minikube profile list': { stdout: recorded.profiles('docker', names) },
    });
    expect(await provider(foreign).minikube.ownershipId('drill', signal)).toEqual({
      none: 'the profile drill carries no mark of kubedrill',
    });
  });

  it('still knows whom a profile was made for when the machine of a node was removed', async () => {
    const removed = by({
      'minikube status': { exitCode: 7, stdout: recorded.gone },
      'minikube profile list': { stdout: recorded.profiles('docker', [`${ownershipId}.kubedrill.internal`]) },
      'docker inspect': { exitCode: 1, stdout: '\n', stderr: 'Error: No such object: drill' },
    });
    const { minikube } = provider(removed);
    expect(await minikube.status('drill', signal)).toMatchObject({
      exists: true,
      state: 'stopped',
      nodes: [
        { name: 'drill', role: 'control-plane' },
        { name: 'drill-m02', role: 'worker' },
      ],
    });
    expect(await minikube.ownershipId('drill', signal)).toEqual({ id: ownershipId });
  });

  it('does not own a profile that is not there, or a container that is not minikube’s', async () => {
    const gone = by({ 'minikube profile list': { stdout: JSON.stringify({ invalid: [], valid: [] }) } });
    expect(await provider(gone).minikube.ownershipId('drill', signal)).toEqual({ none: 'minikube has no profile named drill' });
    const doctored = by({
      'minikube status': { stdout: recorded.oneNode },
      'minikube profile list': { stdout: recorded.profiles('docker', [`${ownershipId}.kubedrill.internal`]) },
      'docker inspect': { stdout: '\n' },
    });
    expect(await provider(doctored).minikube.ownershipId('drill', signal)).toEqual({ none: "the container drill is not minikube's" });
  });

  const images = {
    'docker save': {},
    'minikube image load': {},
    'minikube status': { stdout: recorded.twoNodes },
    'minikube profile list': { stdout: recorded.profiles() },
    'docker exec drill ': { stdout: recorded.images('kd/web:1.0', 'kd/shell:1.0') },
  };

  it('loads the lab images into the profile as one archive, and looks whether every node has them', async () => {
    const { minikube, machine } = provider(
      by({ ...images, 'docker exec drill-m02': { stdout: recorded.images('kd/web:1.0', 'kd/shell:1.0') } }),
    );
    await minikube.loadImages('drill', ['kd/web:1.0', 'kd/shell:1.0'], { onProgress: () => undefined, signal });
    const [save, load] = machine.lines();
    const archive = /^docker save --output (\S+) kd\/web:1\.0 kd\/shell:1\.0$/.exec(save ?? '')?.[1] ?? 'none';
    expect(load).toBe(`minikube image load -p drill ${archive}`);
    expect(existsSync(dirname(archive))).toBe(false);
    expect(machine.lines().at(-1)).toBe('docker exec drill-m02 crictl images -o json');
  });

  it('brings nothing where no image is named', async () => {
    const { minikube, machine } = provider(by({}));
    await minikube.loadImages('drill', [], { onProgress: () => undefined, signal });
    expect(machine.lines()).toEqual([]);
  });

  it('does not believe minikube, which succeeds whether or not it could load an image', async () => {
    const { minikube } = provider(by({ ...images, 'docker exec drill-m02': { stdout: recorded.images('kd/web:1.0') } }));
    await expect(
      minikube.loadImages('drill', ['kd/web:1.0', 'kd/shell:1.0'], { onProgress: () => undefined, signal }),
    ).rejects.toMatchObject({ code: 'cluster-failed', message: 'minikube did not load kd/shell:1.0 into drill-m02' });
  });

  it('starts a stopped profile as it was made: minikube keeps the mark, but not --force and the like', async () => {
    const { minikube, machine } = provider(
      by({ 'minikube status': { exitCode: 7, stdout: recorded.stopped }, 'minikube start': {}, kubectl: {} }),
    );
    await minikube.start('drill', { made: { ownershipId, providerArgs: ['--force'] }, onProgress: () => undefined, signal });
    expect(machine.lines()).toContain(
      `minikube start -p drill --apiserver-names=${ownershipId}.kubedrill.internal --extra-config=scheduler.leader-elect=true --extra-config=controller-manager.leader-elect=true --interactive=false --force`,
    );
  });

  it('finds a half-made profile, which the light list leaves out, and asks for the driver once', async () => {
    const machine = provider((program, args) => {
      if (program === 'docker') return {};
      return { stdout: args.includes('--light') ? JSON.stringify({ invalid: [], valid: [] }) : recorded.profiles() };
    });
    for (const act of ['start', 'stop']) await machine.minikube.exec('drill', 'drill', ['systemctl', act, 'kubelet'], { timeoutMs: 1000 });
    expect(machine.machine.lines()).toEqual([
      'minikube profile list -o json --light',
      'minikube profile list -o json',
      'docker exec drill systemctl start kubelet',
      'docker exec drill systemctl stop kubelet',
    ]);
  });

  it('says what its clusters have, so that labs need not know it by name', async () => {
    const facts = await provider(
      by({ 'minikube status': { stdout: recorded.twoNodes }, 'minikube addons list': { stdout: '{}' } }),
    ).minikube.facts('drill', signal);
    expect(facts).toMatchObject({
      controlPlaneTainted: true,
      networkPolicy: false,
      readyzOnNode: 'https://127.0.0.1:8443/readyz',
      ingress: { how: 'stand-in', className: 'kubedrill' },
      metrics: { how: 'stand-in' },
    });
    expect(facts.storage).toMatchObject({ provisioner: 'k8s.io/minikube-hostpath', binding: 'Immediate', nodeAffinity: false });
  });

  it('leaves ingress and metrics to the add-ons of minikube where they are enabled', async () => {
    const addons = JSON.stringify({
      ingress: { Profile: 'drill', Status: 'enabled' },
      'metrics-server': { Profile: 'drill', Status: 'enabled' },
      dashboard: { Profile: 'drill', Status: 'disabled' },
    });
    const there = by({ 'minikube status': { stdout: recorded.oneNode }, 'minikube addons list -p drill -o json': { stdout: addons } });
    expect(await provider(there).minikube.facts('drill', signal)).toMatchObject({
      ingress: { how: 'addon', className: 'nginx' },
      metrics: { how: 'addon' },
    });
  });
});
