import { describe, expect, it } from 'vitest';
import dns from '../../graders/dns.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { DnsAnswer } from '../../src/grading/probes.ts';
import { resolved, seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, rolledOut, service } from '../support/objects.ts';

const grade = (
  params: Record<string, unknown>,
  answer: DnsAnswer,
  mirror = [service({ name: 'web', clusterIP: '10.96.0.7' }), pod({ name: 'db-0', ip: '10.0.0.5' })],
) => gradeWith(dns as unknown as Grader, { name: 'x', ...params }, { mirror, probes: { dns: async () => seen(answer) } });
const nothing: DnsAnswer = { rcode: 'NXDOMAIN', answers: [] };

describe('a name', () => {
  it("passes as a Service's, a Pod's, several Pods', an alias, or none", async () => {
    expect(await grade({ addressOf: 'web' }, resolved('10.96.0.7'))).toEqual({ verdict: 'pass', evidence: 'x is 10.96.0.7' });
    expect((await grade({ podIpOf: 'db-0' }, resolved('10.0.0.5'))).verdict).toBe('pass');
    const web = rolledOut({ name: 'web', replicas: 2 });
    expect(
      (await grade({ podIpsOf: { of: { kind: 'Deployment', name: 'web' } } }, resolved('10.1.0.2', '10.1.0.1'), web.all)).verdict,
    ).toBe('pass');
    expect(
      (
        await grade(
          { cname: 'web.drill-lab.svc.cluster.local' },
          { rcode: 'NOERROR', answers: [], cname: 'web.drill-lab.svc.cluster.local.' },
        )
      ).verdict,
    ).toBe('pass');
    expect((await grade({ missing: true }, nothing)).verdict).toBe('pass');
  });

  it('fails with the answer that it has', async () => {
    expect(await grade({ addressOf: 'web' }, nothing)).toMatchObject({
      verdict: 'fail',
      observed: 'NXDOMAIN',
      expected: '10.96.0.7',
      field: 'DNS x',
    });
    expect(await grade({ podIpOf: 'db-0' }, resolved('10.96.0.7'))).toMatchObject({
      verdict: 'fail',
      observed: '10.96.0.7',
      expected: '10.0.0.5',
    });
    expect(await grade({ podIpOf: 'db-0' }, resolved('10.0.0.5', '10.0.0.6'))).toMatchObject({
      verdict: 'fail',
      observed: '10.0.0.5, 10.0.0.6',
    });
    expect(await grade({ cname: 'web' }, resolved('10.96.0.7'))).toMatchObject({
      verdict: 'fail',
      observed: '10.96.0.7',
      expected: 'an alias of web',
    });
    expect(await grade({ missing: true }, resolved('10.96.0.7'))).toMatchObject({ verdict: 'fail', expected: 'NXDOMAIN' });
    expect(await grade({ addressOf: 'web' }, resolved())).toMatchObject({ verdict: 'fail', observed: 'no address' });
  });

  it('fails when what it must point to is not there', async () => {
    expect(await grade({ addressOf: 'api' }, nothing)).toMatchObject({ verdict: 'fail', observed: 'Service api does not exist' });
    expect(await grade({ addressOf: 'web' }, nothing, [service({ name: 'web', clusterIP: 'None' })])).toMatchObject({
      verdict: 'fail',
      observed: 'None',
      expected: 'a cluster IP',
    });
    expect(await grade({ podIpsOf: { labels: { app: 'x' } } }, resolved())).toMatchObject({
      verdict: 'fail',
      observed: 'no Pod with app=x',
    });
  });

  it('is an error when it cannot be asked for', async () => {
    const verdict = await gradeWith(
      dns as unknown as Grader,
      { name: 'x', missing: true },
      { probes: { dns: async () => unseen('no probe Pod') } },
    );
    expect(verdict).toEqual({ verdict: 'error', reason: 'no probe Pod' });
  });
});
