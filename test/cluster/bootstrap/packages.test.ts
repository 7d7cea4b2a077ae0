import { describe, expect, it } from 'vitest';
import { installPackages, missingPackages } from '../../../src/cluster/bootstrap/packages.ts';
import { fakeMachine } from '../support/fake-machine.ts';
import { fakeRun } from '../support/fake-run.ts';

const signal = new AbortController().signal;
const apt = { '/usr/bin/apt-get': '' };

describe('Debian packages', () => {
  it('are missing when the program is not there', () => {
    const machine = fakeMachine({ '/usr/sbin/iptables': '' });
    expect(missingPackages(['docker.io', 'iptables', 'mmdebstrap'], machine)).toEqual(['docker.io', 'mmdebstrap']);
  });

  it('are installed, those that were listed and no others, even when a source of packages does not answer', async () => {
    const run = fakeRun((command) => (command.includes('update') ? { ok: false, stderr: 'E: a source is away' } : ''));
    await installPackages(['docker.io'], { run, machine: fakeMachine(apt), signal });
    expect(run.commands).toEqual(['apt-get update -qq', 'apt-get install -y -qq --no-install-recommends docker.io']);
  });

  it('say what failed, and the command to do it by hand', async () => {
    const run = fakeRun((command) => ({
      ok: false,
      stderr: command.includes('update') ? 'E: a source is away' : 'E: Unable to locate package mmdebstrap',
    }));
    await expect(installPackages(['mmdebstrap'], { run, machine: fakeMachine(apt), signal })).rejects.toMatchObject({
      code: 'build-failed',
      message: 'could not install mmdebstrap (apt-get update failed, too: E: a source is away): E: Unable to locate package mmdebstrap',
      hint: 'By hand: sudo apt-get install --no-install-recommends mmdebstrap',
    });
  });

  it('are not tried without root, nor where there is no apt-get', async () => {
    const run = fakeRun(() => '');
    await expect(installPackages(['docker.io'], { run, machine: fakeMachine(apt, { root: false }), signal })).rejects.toMatchObject({
      code: 'missing-program',
    });
    await expect(installPackages(['docker.io'], { run, machine: fakeMachine(), signal })).rejects.toMatchObject({
      hint: expect.stringContaining('docs.docker.com'),
    });
    expect(run.commands).toEqual([]);
  });
});
