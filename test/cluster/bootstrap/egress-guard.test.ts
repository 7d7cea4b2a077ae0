import { describe, expect, it } from 'vitest';
import { setEgressGuard } from '../../../src/cluster/bootstrap/egress-guard.ts';
import { fakeMachine } from '../support/fake-machine.ts';
import { fakeRun } from '../support/fake-run.ts';

const signal = new AbortController().signal;
const route =
  'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nwan0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\nwan0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\n';
const files = { '/proc/net/route': route, '/etc/resolv.conf': 'nameserver 10.1.2.3\nnameserver 127.0.0.53\nnameserver fd00::1\n' };

/** iptables as far as the guard uses it: -S, -I at the top, -D. */
function iptables(chains: Record<string, string[]> = { OUTPUT: [], 'DOCKER-USER': ['-j RETURN'] }) {
  const run = fakeRun((command) => {
    const [, action, chain = '', rule = ''] = /^iptables --wait 10 (-[SID]) (\S+) ?(.*)$/.exec(command) ?? [];
    const rules = chains[chain];
    if (!rules) return { ok: false, stderr: 'iptables: No chain/target/match by that name.' };
    if (action === '-I') rules.unshift(rule);
    if (action === '-D') rules.splice(rules.indexOf(rule), 1);
    return [`-N ${chain}`, ...rules.map((one) => `-A ${chain} ${one}`)].join('\n');
  });
  return { run, chains };
}

const guarded = [
  '-d 10.1.2.3/32 -o wan0 -j ACCEPT',
  '-d 10.0.0.0/8 -o wan0 -j REJECT --reject-with icmp-port-unreachable',
  '-d 172.16.0.0/12 -o wan0 -j REJECT --reject-with icmp-port-unreachable',
  '-d 192.168.0.0/16 -o wan0 -j REJECT --reject-with icmp-port-unreachable',
];

describe('the egress guard', () => {
  it('rejects private networks through the outer interface, for this machine and for containers, but not the resolver', async () => {
    const { run, chains } = iptables();
    expect(await setEgressGuard(run, fakeMachine(files), signal)).toBe('set');
    expect(chains).toEqual({ OUTPUT: guarded, 'DOCKER-USER': [...guarded, '-j RETURN'] });
  });

  it('changes nothing when it is set', async () => {
    const { run } = iptables({ OUTPUT: [...guarded], 'DOCKER-USER': [...guarded, '-j RETURN'] });
    expect(await setEgressGuard(run, fakeMachine(files), signal)).toBe('was-set');
    expect(run.commands).toEqual(['iptables --wait 10 -S OUTPUT', 'iptables --wait 10 -S DOCKER-USER']);
  });

  it('is made whole, in order, when a rule is missing in one chain', async () => {
    const { run, chains } = iptables({ OUTPUT: guarded.slice(1), 'DOCKER-USER': [...guarded, '-j RETURN'] });
    expect(await setEgressGuard(run, fakeMachine(files), signal)).toBe('set');
    expect(chains.OUTPUT).toEqual(guarded);
  });

  it('has nothing to do without an outer interface', async () => {
    const { run } = iptables();
    expect(await setEgressGuard(run, fakeMachine(), signal)).toBe('no-outer-interface');
    expect(run.commands).toEqual([]);
  });

  it('is an error when it cannot be set', async () => {
    await expect(setEgressGuard(iptables({ OUTPUT: [] }).run, fakeMachine(files), signal)).rejects.toMatchObject({
      code: 'build-failed',
      message: 'could not close the way into private networks: iptables: No chain/target/match by that name.',
    });
  });
});
