import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabProof } from '../../src/drill/prove.ts';

/** `KUBEDRILL_E2E_MINIKUBE=1 npm run e2e:minikube`, wherever a real minikube and its base image are at hand. More arguments: KUBEDRILL_MINIKUBE_ARGS. */
const wanted = process.env.KUBEDRILL_E2E_MINIKUBE === '1';
const profile = 'kubedrill-minikube-test';
const program = join(import.meta.dirname, '..', '..', 'bin', 'kubedrill.js');
const extra = (process.env.KUBEDRILL_MINIKUBE_ARGS ?? '')
  .split(' ')
  .filter(Boolean)
  .map((arg) => `--minikube-arg=${arg}`);

/** All labs take most of an hour on a machine with two cores. */
const proofMinutes = 150;

const kubedrill = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [program, ...args, '--name', profile],
      { timeout: (proofMinutes + 10) * 60_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }),
    );
  });

describe('a real Minikube', () => {
  beforeAll(async () => {
    if (!wanted) throw new Error('Set KUBEDRILL_E2E_MINIKUBE=1: this makes a profile of a real minikube.');
    const { code, stderr } = await kubedrill('up', '--yes', '--provider', 'minikube', '--workers', '1', ...extra);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  });
  afterAll(async () => {
    if (wanted) await kubedrill('down', '--yes');
  });

  it('is up, with every node ready', async () => {
    const { stdout, code } = await kubedrill('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'up', provider: 'minikube' });
  });

  it('proves every lab that can run there; the others say why they cannot', async () => {
    const { stdout, stderr } = await kubedrill('verify', '--json', '--at-most', String(proofMinutes));
    console.error(stderr);
    const { labs } = JSON.parse(stdout) as { labs: LabProof[] };
    expect(labs.filter((lab) => !lab.ok && !lab.error?.includes('cannot run on this cluster')).map((lab) => lab.id)).toEqual([]);
  });

  it.each([
    ['stop-component', 'component=kube-scheduler'],
    ['stop-component', 'component=kube-apiserver'],
    ['scale-to-zero', ''],
  ])('strikes with %s %s and mends it', async (fault, parameter) => {
    expect((await kubedrill('faults', 'inject', fault, ...(parameter ? [parameter] : []))).code).toBe(0);
    expect((await kubedrill('recover')).code).toBe(0);
    expect(JSON.parse((await kubedrill('status', '--json')).stdout).faults).toEqual([]);
  });
});
