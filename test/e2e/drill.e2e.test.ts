import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeRecord } from '../../src/cluster/records.ts';
import type { LabProof } from '../../src/drill/prove.ts';
import { drillFiles } from '../../src/store/drills.ts';
import { holderOf } from '../../src/store/lock.ts';
import { clock } from '../../src/system/clock.ts';
import { run } from '../../src/system/run.ts';
import { waitUntil } from '../../src/system/wait.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { testCluster, testState } from './cluster.ts';
import { kubedrill } from './kubedrill.ts';

const lab = 'in-first-pod';

describe('a drill from the command line', () => {
  afterAll(async () => {
    await kubedrill(['finish', lab]);
  });

  it('starts, fails untouched with a mismatch that teaches, is solved step by step, and finishes', async () => {
    const started = await kubedrill(['start', lab]);
    expect(started.stderr).toContain('make namespace drill-in-first-pod');
    expect(started.stdout).toContain('Step 1 of 3: Run a Pod from a manifest');
    expect(started.code).toBe(0);

    const untouched = await kubedrill(['check', lab, '--json']);
    expect(untouched.code).toBe(1);
    const document = JSON.parse(untouched.stdout);
    expect(document.lab).toBe(lab);
    expect(document.checks[0]).toMatchObject({
      id: 'C1',
      verdict: 'fail',
      points: 0,
      of: 2,
      observed: 'Pod k8s-for-beginners does not exist',
    });

    const hint = await kubedrill(['hint', lab]);
    expect(hint.stdout).toContain('Hint 1 of 2: ');

    expect((await kubedrill(['solve', lab, '--all'])).code).toBe(0);
    const finished = await kubedrill(['finish', lab]);
    expect(finished.stdout).toContain('Passed: 0 of 7 points');
    expect(finished.stdout).toContain('Next: kubedrill start in-service-glue');
    expect(finished.code).toBe(0);
    expect(existsSync(join(testState, 'work', lab))).toBe(false);
  });

  it('answers a question about the wrong lab with the nearest name, and usage as exit code', async () => {
    const { code, stderr } = await kubedrill(['start', 'in-first-pot']);
    expect(stderr).toContain('there is no lab "in-first-pot", did you mean "in-first-pod"?');
    expect(code).toBe(2);
  });

  it('says what to do when there is no such cluster, and grades nothing', async () => {
    const { code, stderr } = await kubedrill(['check', lab, '--name', 'no-such-cluster'], { onCluster: false });
    expect(stderr).toContain('kubedrill up');
    expect(code).toBe(3);
  });

  it.for([['start', lab], ['up']])('says so before anything starts when its state cannot be written: %s', async (args) => {
    const file = join(mkdtempSync(join(tmpdir(), 'kubedrill-')), 'a-file');
    writeFileSync(file, '');
    const { code, stderr } = await kubedrill(args, { env: { KUBEDRILL_STATE: join(file, 'below') } });
    expect(stderr).toContain(`cannot write ${file}/below/`);
    expect(stderr).toContain('a part of that path is a file, not a folder');
    expect(stderr).toContain('put the state elsewhere: KUBEDRILL_STATE=<folder>');
    expect(code).toBe(3);
  });
});

describe('the process that records a drill', () => {
  it('ends by itself once there is no record of its cluster any more', async () => {
    const state = scratchFolder();
    const copyRecords = () => cpSync(join(testState, 'clusters'), join(state, 'clusters'), { recursive: true });
    copyRecords();
    const paths = { state, cache: '' };
    const env = { KUBEDRILL_STATE: state };
    expect((await kubedrill(['start', lab], { env })).code).toBe(0);
    const recorder = () => holderOf(drillFiles(paths, lab).recorder);
    expect(recorder()).toBeDefined();
    removeRecord(paths, testCluster);
    const ended = await waitUntil(async () => ({ done: recorder() === undefined, seen: 'it records on' }), {
      boundMs: 30_000,
      everyMs: 200,
      clock,
    });
    expect(ended).toMatchObject({ outcome: 'done' });
    copyRecords();
    expect((await kubedrill(['finish', lab], { env })).stdout).toContain('of 7 points');
  });
});

describe('a proof for which there is no time', () => {
  it('is broken off, tells nothing of the lab, and leaves nothing in the cluster', async () => {
    const { code, stdout } = await kubedrill(['verify', 'bf-pod-wont-start', '--at-most', '0.15', '--json']);
    const { labs } = JSON.parse(stdout) as { labs: LabProof[] };
    expect(labs).toMatchObject([{ ok: false, error: 'bf-pod-wont-start: not proved: out of time', wrong: [] }]);
    expect(code).toBe(3);
    const kubectl = ['exec', `${testCluster}-control-plane`, 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
    const namespaces = await run('docker', [...kubectl, 'get', 'namespaces', '-o', 'name'], { timeoutMs: 30_000 });
    expect(namespaces.stdout).toContain('namespace/default');
    expect(namespaces.stdout).not.toContain('namespace/verify-');
  });
});
