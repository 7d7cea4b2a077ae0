import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canRunNodes, lookAtEngine, runcWrapper, startEngine, whyNoNodes } from '../../../src/cluster/bootstrap/engine.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { fakeMachine, withoutSysResource, withSysResource } from '../support/fake-machine.ts';
import { type Answer, fakeRun } from '../support/fake-run.ts';

const signal = new AbortController().signal;
const running = (more: object = {}) =>
  JSON.stringify({
    ServerVersion: '20.10.24',
    CgroupVersion: '1',
    Architecture: 'x86_64',
    Driver: 'overlay2',
    DefaultRuntime: 'runc',
    ContainersRunning: 0,
    ...more,
  });
const down: Answer = { ok: false, stdout: '{"ServerErrors":["Cannot connect to the Docker daemon at unix:///var/run/docker.sock."]}' };

describe('the engine', () => {
  it('is running, with what nodes need to know of it', async () => {
    const engine = await lookAtEngine(
      fakeRun(() => running({ CgroupVersion: '2' })),
      fakeMachine(),
    );
    expect(engine).toEqual({
      state: 'running',
      version: '20.10.24',
      cgroup: 2,
      architecture: 'amd64',
      driver: 'overlay2',
      runtime: 'runc',
      running: 0,
    });
  });

  it('is missing without a client, and with a client but no daemon', async () => {
    expect(
      await lookAtEngine(
        fakeRun(() => undefined),
        fakeMachine(),
      ),
    ).toEqual({ state: 'missing' });
    expect(
      await lookAtEngine(
        fakeRun(() => down),
        fakeMachine(),
      ),
    ).toEqual({ state: 'missing' });
  });

  it('is stopped when its daemon is installed and does not answer', async () => {
    const engine = await lookAtEngine(
      fakeRun(() => down),
      fakeMachine({ '/usr/sbin/dockerd': '' }),
    );
    expect(engine).toEqual({ state: 'stopped', reason: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' });
  });

  it('is forbidden when it answers root only', async () => {
    const answer: Answer = { ok: false, stderr: 'permission denied while trying to connect to the Docker daemon socket' };
    expect(
      await lookAtEngine(
        fakeRun(() => answer),
        fakeMachine({ '/usr/sbin/dockerd': '' }),
      ),
    ).toMatchObject({ state: 'forbidden' });
  });

  it('cannot run nodes with plain runc on a machine without CAP_SYS_RESOURCE', async () => {
    const engine = await lookAtEngine(
      fakeRun(() => running()),
      fakeMachine(),
    );
    expect(await canRunNodes(engine, fakeMachine({ '/proc/self/status': withSysResource }))).toBe(true);
    expect(await canRunNodes(engine, fakeMachine({ '/proc/self/status': withoutSysResource }))).toBe(false);
  });
});

describe('an engine whose runtime was deleted', () => {
  const state = scratchFolder();
  const path = join(state, 'engine', 'runc');
  const answer = running({ DefaultRuntime: 'kubedrill', Runtimes: { kubedrill: { path } }, ContainersRunning: 2 });
  const files = { '/usr/sbin/dockerd': '', '/usr/sbin/runc': '', '/proc/self/status': withoutSysResource };

  it('cannot run nodes, and says why', async () => {
    const run = fakeRun(() => answer);
    const engine = await lookAtEngine(run, fakeMachine(files));
    expect(await canRunNodes(engine, fakeMachine(files))).toBe(false);
    expect(await whyNoNodes(engine, fakeMachine(files))).toEqual({
      why: `it cannot start containers: its runtime ${path} was deleted`,
      mend: 'kubedrill up',
    });
    expect(await whyNoNodes(engine, fakeMachine({ ...files, [path]: '' }))).toBeUndefined();
  });

  it('is given it again, and goes on running', async () => {
    const run = fakeRun(() => answer);
    await startEngine({
      run,
      machine: fakeMachine(files),
      paths: { state: scratchFolder(), cache: state },
      clock: new FakeClock(),
      signal,
    });
    expect(readFileSync(path, 'utf8')).toBe(runcWrapper('/usr/sbin/runc'));
    expect(run.commands.filter((command) => !command.startsWith('docker info'))).toEqual([]);
  });
});

describe('starting the engine', () => {
  function started(files: Record<string, string>, answers: (command: string) => Answer, about = {}) {
    const state = scratchFolder();
    const run = fakeRun(answers);
    const work = startEngine({ run, machine: fakeMachine(files, about), paths: { state, cache: state }, clock: new FakeClock(), signal });
    return { state, run, work };
  }

  it('is left to systemd where that runs', async () => {
    const { run, work } = started({ '/run/systemd/system': '' }, (command) => (command.startsWith('docker info') ? running() : ''));
    await work;
    expect(run.commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
      'systemctl start docker',
      'docker info --format',
    ]);
  });

  it('is done without systemd, through the wrapper where CAP_SYS_RESOURCE is missing, and the guard is set', async () => {
    let up = false;
    const { state, run, work } = started(
      {
        '/usr/sbin/dockerd': '',
        '/usr/sbin/runc': '',
        '/proc/self/status': withoutSysResource,
        '/proc/net/route': 'wan0\t00000000\t0\t0\t0\t0\t0\t00000000\n',
        '/etc/docker/daemon.json': '{"mtu":1400}',
      },
      (command) => {
        if (command.startsWith('start-stop-daemon')) up = true;
        if (command.startsWith('docker info')) return up ? running({ DefaultRuntime: 'kubedrill' }) : down;
        return '';
      },
    );
    await work;
    const config = join(state, 'engine', 'daemon.json');
    expect(run.commands).toContain(
      `start-stop-daemon --start --background --make-pidfile --pidfile ${state}/engine/dockerd.pid --output ${state}/engine/dockerd.log --exec /usr/sbin/dockerd -- --config-file ${config}`,
    );
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({
      mtu: 1400,
      runtimes: { kubedrill: { path: `${state}/engine/runc` } },
      'default-runtime': 'kubedrill',
    });
    expect(run.commands.filter((command) => command.includes('-I DOCKER-USER'))).toHaveLength(3);
  });

  it('takes root', async () => {
    const { run, work } = started({ '/usr/sbin/dockerd': '' }, () => down, { root: false });
    await expect(work).rejects.toMatchObject({ code: 'missing-program', hint: 'Start it as root: sudo dockerd' });
    expect(run.commands).toEqual([]);
  });

  it('never stops an engine that is in use', async () => {
    const { run, work } = started({ '/usr/sbin/dockerd': '', '/proc/self/status': withoutSysResource }, () =>
      running({ ContainersRunning: 2 }),
    );
    await expect(work).rejects.toMatchObject({ code: 'not-possible-here' });
    expect(run.commands.some((command) => command.startsWith('service'))).toBe(false);
  });

  it('is given up with what the daemon said', async () => {
    const { state, work } = started({ '/usr/sbin/dockerd': '' }, (command) => (command.startsWith('docker') ? down : ''));
    await expect(work).rejects.toMatchObject({
      message: 'the Docker engine did not start within 60 s: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
      hint: `Its log: tail ${state}/engine/dockerd.log`,
    });
  });
});

describe('the runc wrapper', () => {
  const capabilities =
    '"effective":["CAP_CHOWN","CAP_SYS_RESOURCE"],"bounding":["CAP_SYS_RESOURCE"],"permitted":["CAP_SYS_RESOURCE","CAP_KILL"]';

  for (const [how, args] of [
    ['the bundle of create', ['create', '--bundle', 'BUNDLE', 'id']],
    ['the process of exec', ['exec', '--process=PROCESS', 'id']],
  ] as const) {
    it(`takes CAP_SYS_RESOURCE out of ${how}, and hands on every argument`, () => {
      const folder = scratchFolder();
      const runc = join(folder, 'runc');
      writeFileSync(runc, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
      writeFileSync(join(folder, 'wrapper'), runcWrapper(runc));
      for (const file of ['runc', 'wrapper']) chmodSync(join(folder, file), 0o755);
      mkdirSync(join(folder, 'bundle'));
      const files = { BUNDLE: join(folder, 'bundle'), PROCESS: join(folder, 'process.json') };
      const file = how.startsWith('the bundle') ? join(files.BUNDLE, 'config.json') : files.PROCESS;
      writeFileSync(file, `{"capabilities":{${capabilities}},"args":["echo","a b"]}`);
      const given = args.map((word) => word.replace('BUNDLE', files.BUNDLE).replace('PROCESS', files.PROCESS));
      const output = execFileSync(join(folder, 'wrapper'), given, { encoding: 'utf8', cwd: folder });
      expect(output.trim().split('\n')).toEqual(given);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
        capabilities: { effective: ['CAP_CHOWN'], bounding: [], permitted: ['CAP_KILL'] },
        args: ['echo', 'a b'],
      });
    });
  }
});
