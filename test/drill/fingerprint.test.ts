import { describe, expect, it } from 'vitest';
import { differences, fingerprintOf } from '../../src/drill/fingerprint.ts';
import type { KindName } from '../../src/grading/kinds.ts';
import type { KubeObject } from '../../src/grading/object.ts';

const pod = (name: string, spec: object, owner?: string): [KindName, KubeObject] => [
  'Pod',
  {
    metadata: {
      name,
      uid: name,
      ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] } : {}),
    },
    spec,
  },
];
const service = (spec: object): [KindName, KubeObject] => ['Service', { metadata: { name: 'web' }, spec }];

describe('the fingerprint of a start state', () => {
  it('is the same for what the cluster chooses anew each time', () => {
    const before = fingerprintOf([
      service({ clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], ports: [{ port: 80, nodePort: 30123 }] }),
      pod('web-abc-x1', { nodeName: 'w1', volumes: [{ name: 'kube-api-access-abcde' }] }, 'web-abc'),
    ]);
    const after = fingerprintOf([
      service({ clusterIP: '10.96.9.9', clusterIPs: ['10.96.9.9'], ports: [{ port: 80, nodePort: 31999 }] }),
      pod('web-abc-y2', { nodeName: 'w2', volumes: [{ name: 'kube-api-access-zzzzz' }] }, 'web-abc'),
    ]);
    expect(differences(before, after)).toEqual([]);
  });

  it('is the same when a Pod names the cluster IP of a Service that was made anew', () => {
    const start = (ip: string, target = ip) =>
      fingerprintOf([
        pod('traffic', { containers: [{ env: [{ name: 'TARGET', value: `http://${target}/` }] }] }),
        service({ clusterIP: ip, clusterIPs: [ip] }),
      ]);
    expect(differences(start('10.96.0.7'), start('10.96.9.9'))).toEqual([]);
    expect(differences(start('10.96.0.7'), start('10.96.9.9', '10.96.0.7'))).toEqual(['Pod/traffic differs']);
  });

  it('tells what is left over, what is missing and what differs', () => {
    const before = fingerprintOf([service({ ports: [{ port: 80 }] }), pod('lone', { a: 1 })]);
    const after = fingerprintOf([service({ ports: [{ port: 81 }] }), pod('other', { a: 1 })]);
    expect(differences(before, after)).toEqual(['Pod/lone is missing', 'Pod/other is left over', 'Service/web differs']);
  });

  it('counts the Pods of an owner', () => {
    const two = fingerprintOf([pod('web-abc-1', {}, 'web-abc'), pod('web-abc-2', {}, 'web-abc')]);
    const one = fingerprintOf([pod('web-abc-3', {}, 'web-abc')]);
    expect(differences(two, one)).toEqual(['Pod of ReplicaSet/web-abc differs']);
  });

  it('sees what a lab changed outside of its namespace', () => {
    expect(differences(fingerprintOf([], { 'Node/w1': { taints: [] } }), fingerprintOf([], { 'Node/w1': { taints: ['x'] } }))).toEqual([
      'Node/w1 differs',
    ]);
  });
});
