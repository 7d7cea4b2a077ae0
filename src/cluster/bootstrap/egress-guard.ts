import type { Run } from '../../system/run.ts';
import { must } from './commands.ts';
import type { Machine } from './machine.ts';

/** @see https://www.rfc-editor.org/rfc/rfc1918 */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
/** Docker accepts forwarded traffic before rules appended to FORWARD: what is for containers belongs into its own chain. */
const chains = ['OUTPUT', 'DOCKER-USER'];

/**
 * Keeps an engine that kubedrill started from being a way into the networks behind this machine: what runs here, in containers
 * or not, reaches the internet and the resolver, but no private network through the outer interface. Setting it twice changes nothing.
 */
export async function setEgressGuard(run: Run, machine: Machine, signal: AbortSignal): Promise<'set' | 'was-set' | 'no-outer-interface'> {
  const outer = defaultInterface((await machine.read('/proc/net/route')) ?? '');
  if (!outer) return 'no-outer-interface';
  const resolvers = ipv4Resolvers((await machine.read('/etc/resolv.conf')) ?? '');
  const fact = 'could not close the way into private networks';
  const iptables = (...args: string[]) =>
    must(run, 'iptables', ['--wait', '10', ...args], {
      timeoutMs: 20_000,
      signal,
      fact,
      hint: 'Run as root, with iptables installed: sudo apt-get install iptables',
    });
  let changed = false;
  for (const chain of chains) {
    const present = (await iptables('-S', chain)).stdout.split('\n');
    const rules = [
      ...resolvers.map((address) => ['-d', `${address}/32`, '-o', outer, '-j', 'ACCEPT']),
      ...privateNetworks.map((network) => ['-d', network, '-o', outer, '-j', 'REJECT', '--reject-with', 'icmp-port-unreachable']),
    ];
    const isSet = (rule: string[]) => present.includes(`-A ${chain} ${rule.join(' ')}`);
    if (rules.every(isSet)) continue;
    // resolvers first: a resolver in a private network must stay reachable
    for (const rule of rules.toReversed()) {
      if (isSet(rule)) await iptables('-D', chain, ...rule);
      await iptables('-I', chain, ...rule);
    }
    changed = true;
  }
  return changed ? 'set' : 'was-set';
}

/** The interface of the default route. @see https://man7.org/linux/man-pages/man5/proc_pid_net.5.html */
export function defaultInterface(routes: string): string | undefined {
  return routes
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find((fields) => fields[1] === '00000000' && fields[7] === '00000000')?.[0];
}

export function ipv4Resolvers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)]
    .map(([, address]) => address!)
    .filter((address) => !address.startsWith('127.'));
}
