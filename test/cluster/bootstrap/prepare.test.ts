import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BootstrapPorts, planBootstrap, prepare, toolsIfReady } from '../../../src/cluster/bootstrap/prepare.ts';
import { publishedNodeImage } from '../../../src/cluster/bootstrap/versions.ts';
import type { Progress } from '../../../src/system/progress.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { fakeMachine, withSysResource } from '../support/fake-machine.ts';
import { type Answer, fakeRun } from '../support/fake-run.ts';

const home = join(import.meta.dirname, '..', '..', '..');
const signal = new AbortController().signal;
const programs = {
  '/usr/sbin/dockerd': '',
  '/usr/sbin/iptables': '',
  '/usr/bin/mmdebstrap': '',
  '/usr/bin/apt-get': '',
  '/proc/self/status': withSysResource,
};
const info = JSON.stringify({ ServerVersion: '27.0', CgroupVersion: '2', Architecture: 'x86_64', DefaultRuntime: 'runc' });

function ports(about: { files?: Record<string, string>; answer?: (command: string) => Answer; registry?: boolean; machine?: object } = {}) {
  const { files = programs, answer = () => undefined, registry = false } = about;
  const cache = scratchFolder();
  const run = fakeRun((command) => answer(command) ?? (command.startsWith('docker info') ? info : { ok: false }));
  const given: BootstrapPorts = {
    run,
    clock: new FakeClock(),
    paths: { state: cache, cache },
    env: {},
    home,
    machine: fakeMachine(files, about.machine),
    processes: { self: () => ({ pid: 1, startTime: 's' }), isAlive: () => false },
    registry: [async () => registry],
  };
  return { ports: given, run };
}

const whats = async (given: BootstrapPorts) => (await planBootstrap(given)).map((item) => item.what.replace(/[\d.]+|bookworm/g, 'N'));

describe('what is missing', () => {
  it('on a bare machine without a registry: packages, the engine, and everything that a node is made of', async () => {
    const { ports: given, run } = ports({
      files: { '/usr/bin/apt-get': '' },
      answer: (command) => (command.startsWith('docker') ? { outcome: 'missing', ok: false } : undefined),
    });
    expect(await whats(given)).toEqual([
      'install Debian packages: dockerNio, iptables, mmdebstrap',
      'start the Docker engine; close its way into private networks',
      'Kubernetes N, from its Go module',
      'etcd N, CoreDNS N, CNI plugins, storage provisioner',
      'kind N',
      'kubectl N',
      'Debian N, minimal',
      'Debian for a node',
      'Debian for the network',
      'node image without labs',
      'Debian for kd/ingress: nginx',
      'Debian for kd/redis: redis-server',
      expect.stringMatching(/^N lab images$/),
      'node image with all lab images',
    ]);
    expect(run.commands.filter((command) => !/^(docker (info|image)|kind version|kubectl version)/.test(command))).toEqual([]);
  });

  it('where a registry answers: the published node image, and our lab images', async () => {
    const { ports: given } = ports({ registry: true });
    expect(await whats(given)).toEqual([
      'kind N',
      'kubectl N',
      'Debian N, minimal',
      'Debian for kd/ingress: nginx',
      'Debian for kd/redis: redis-server',
      expect.stringMatching(/^N lab images$/),
      "kind's node image of Kubernetes N, from its registry",
    ]);
  });

  it('does not name kind and kubectl when those on PATH fit, and does when they are too old', async () => {
    const on = (kind: string, kubectl: string) => (command: string) =>
      command.startsWith('kind version')
        ? kind
        : command.startsWith('kubectl version')
          ? `{"clientVersion": {"gitVersion": "${kubectl}"}}`
          : undefined;
    const named = async (answer: (command: string) => Answer) =>
      (await whats(ports({ answer }).ports)).filter((what) => /^k(ind|ubectl) /.test(what));
    expect(await named(on('0.34.1', 'v1.35.0'))).toEqual([]);
    expect(await named(on('0.29.0', 'v1.32.4-dispatcher'))).toEqual(['kind N', 'kubectl N']);
  });

  it('has the limits of inotify where they are low and root may raise them', async () => {
    const low = { ...programs, '/proc/sys/fs/inotify/max_user_instances': '128\n' };
    expect(await whats(ports({ files: low }).ports)).toContain('raise the limits of fsNinotify until the next start of this machine');
    expect((await whats(ports({ files: low, machine: { root: false } }).ports)).join()).not.toContain('inotify');
  });

  it('does not ask a registry when a node image is there already', async () => {
    const { ports: given } = ports({
      answer: (command) => (command.includes(publishedNodeImage.reference) && command.startsWith('docker image') ? 'sha256:1' : undefined),
    });
    given.registry = [() => Promise.reject(new Error('asked'))];
    expect((await whats(given)).at(-1)).toMatch(/lab images$/);
  });

  it('is refused to a user whom the engine refuses', async () => {
    const { ports: given } = ports({
      answer: (command) => (command.startsWith('docker info') ? { ok: false, stderr: 'permission denied: docker.sock' } : undefined),
    });
    await expect(planBootstrap(given)).rejects.toMatchObject({
      code: 'missing-program',
      hint: expect.stringContaining('usermod -aG docker'),
    });
  });

  it('cannot be had on other systems without a registry', async () => {
    await expect(planBootstrap(ports({ machine: { platform: 'darwin' } }).ports)).rejects.toMatchObject({ code: 'not-possible-here' });
  });
});

describe('preparing', () => {
  it('says that Go is missing, and what to do, before it has built anything', async () => {
    const { ports: given } = ports();
    await expect(prepare(given, () => undefined, signal)).rejects.toMatchObject({
      code: 'missing-program',
      message: 'Go is not installed, and without a container registry the cluster is built from Go modules',
      hint: expect.stringContaining('https://go.dev/dl'),
    });
  });

  it('starts nothing when the disk has too little room', async () => {
    const { ports: given, run } = ports({ machine: { freeBytes: async () => 1e9 } });
    await expect(prepare(given, () => undefined, signal)).rejects.toMatchObject({
      code: 'build-failed',
      message: expect.stringMatching(/^the build takes about [\d.]+ GB, the disk of .* has 1\.0 GB free$/),
    });
    expect(run.commands.some((command) => /^(go|mmdebstrap) /.test(command))).toBe(false);
  });

  it('stops with what the compiler said, and leaves nothing that looks made', async () => {
    const progress: Progress[] = [];
    const { ports: given } = ports({
      answer: (command) => {
        if (command.startsWith('go version')) return 'go version go1.26.8 linux/amd64';
        if (command.startsWith('go build'))
          return { ok: false, stderr: 'go: k8s.io/api@v0.34.4: dial tcp: lookup proxy.golang.org: no such host' };
        return undefined;
      },
    });
    await expect(prepare(given, (one) => progress.push(one), signal)).rejects.toMatchObject({
      code: 'build-failed',
      hint: expect.stringMatching(/^(The network does not answer|See for yourself: mmdebstrap)/),
    });
    expect(progress.some((one) => one.type === 'step-failed')).toBe(true);
    expect(await toolsIfReady(given)).toBeUndefined();
  });

  it('does nothing when all is there', async () => {
    const { ports: given, run } = ports({
      answer: (command) =>
        command.startsWith('kind version')
          ? '0.33.0'
          : command.startsWith('kubectl')
            ? '"gitVersion": "v1.34.4"'
            : command.startsWith('docker image inspect')
              ? 'sha256:1'
              : undefined,
    });
    mkdirSync(join(given.paths.cache, 'build'), { recursive: true });
    const tools = await prepare(given, () => expect.unreachable(), signal);
    expect(tools).toMatchObject({ kind: 'kind', kubectl: 'kubectl', airGapped: true, labImagesBaked: true, cgroupV1: false });
    expect(tools.nodeImage).toMatch(/^kubedrill\/node:[0-9a-f]{12}$/);
    expect(run.commands.some((command) => /^(go|mmdebstrap|docker (run|load|pull))/.test(command))).toBe(false);
  });
});

describe('an engine that kubedrill started', () => {
  it('keeps its egress guard at every start, also when all is there', async () => {
    const route = 'wan0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n';
    const { ports: given, run } = ports({
      files: { ...programs, '/proc/net/route': route, '/var/run/docker.pid': '77' },
      answer: (command) =>
        command.startsWith('kind version')
          ? '0.33.0'
          : command.startsWith('kubectl')
            ? '"gitVersion": "v1.34.4"'
            : /^(docker image inspect|iptables)/.test(command)
              ? 'x'
              : undefined,
    });
    await prepare(given, () => undefined, signal);
    expect(run.commands.some((command) => command.startsWith('iptables'))).toBe(false);
    const ours = fakeMachine({
      ...programs,
      '/proc/net/route': route,
      '/var/run/docker.pid': '77',
      [`${given.paths.state}/engine/dockerd.pid`]: '77\n',
    });
    await prepare({ ...given, machine: ours }, () => undefined, signal);
    expect(run.commands.filter((command) => command.includes('-I OUTPUT'))).toHaveLength(3);
  });
});
