import { describe, expect, it } from 'vitest';
import { guardManifests, throwawayName } from '../../../src/batch/manifests/guard.ts';
import { withoutDefaults } from '../../../src/batch/manifests/without-defaults.ts';
import type { KubeObject } from '../../../src/grading/object.ts';

const options = { namespace: 'grade-ada-1', known: ['drill-scale-it'], maxObjects: 100 };
const object = (
  apiVersion: string,
  kind: string,
  fields: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', ...metadata },
  ...fields,
});
const guard = (...objects: KubeObject[]) => guardManifests(objects, options);
const reason = (...objects: KubeObject[]): string => {
  const guarded = guard(...objects);
  if (guarded.ok) throw new Error('it was let through');
  return guarded.reason;
};

describe('submitted manifests', () => {
  it('are put into the throwaway namespace, whichever of the drill they name', () => {
    for (const home of [undefined, 'drill-scale-it', 'default', 'grade-ada-1']) {
      const guarded = guard(object('v1', 'ConfigMap', { data: {} }, { namespace: home }));
      expect(guarded).toEqual({ ok: true, notes: [], objects: [object('v1', 'ConfigMap', { data: {} }, { namespace: 'grade-ada-1' })] });
    }
  });

  it.each([
    ['Node', 'v1'],
    ['PersistentVolume', 'v1'],
    ['Namespace', 'v1'],
    ['ClusterRoleBinding', 'rbac.authorization.k8s.io/v1'],
    ['CustomResourceDefinition', 'apiextensions.k8s.io/v1'],
    ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1'],
    ['ResourceQuota', 'v1'],
    ['LimitRange', 'v1'],
    ['Event', 'v1'],
    ['Deployment', 'evil.example/v1'],
    ['Kustomization', 'kustomize.config.k8s.io/v1beta1'],
  ])('of kind %s are refused', (kind, apiVersion) => {
    expect(reason(object(apiVersion, kind))).toBe(`refused: ${kind} x (${apiVersion}) is of a kind that is not graded from manifests`);
  });

  it.each([
    [
      'another namespace',
      object('v1', 'ConfigMap', {}, { namespace: 'kube-system' }),
      'ConfigMap x is meant for the namespace "kube-system"',
    ],
    [
      'external addresses',
      object('v1', 'Service', { spec: { externalIPs: ['10.0.0.1'] } }),
      'Service x: externalIPs would catch the traffic of others',
    ],
    [
      'a token of a ServiceAccount',
      object('v1', 'Secret', { type: 'kubernetes.io/service-account-token' }),
      'Secret x: a token for a ServiceAccount would outlive its Pod',
    ],
    [
      'a Role that changes things',
      object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['get', 'patch'], resources: ['pods'] }] }),
      'Role x: the verb "patch" may not be granted here, only get, list, watch',
    ],
    [
      'a Role over everything',
      object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['get'], resources: ['*'] }] }),
      'Role x: everything ("*") may not be granted here',
    ],
    [
      'a binding to cluster-admin',
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }),
      'RoleBinding x: the ClusterRole cluster-admin may not be granted here, only view',
    ],
    [
      'a critical priority',
      object('apps/v1', 'Deployment', { spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } }),
      "Deployment x: the priority system-node-critical would drive the cluster's own Pods away",
    ],
    [
      'a critical priority in a CronJob',
      object('batch/v1', 'CronJob', {
        spec: { jobTemplate: { spec: { template: { spec: { priorityClassName: 'system-cluster-critical' } } } } },
      }),
      "CronJob x: the priority system-cluster-critical would drive the cluster's own Pods away",
    ],
  ])('with %s are refused', (_, bad, why) => {
    expect(reason(bad)).toBe(`refused: ${why}`);
  });

  it('that read are let through', () => {
    const role = object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['get', 'list'], resources: ['pods'] }] });
    const binding = object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'view' } });
    expect(guard(role, binding).ok).toBe(true);
  });

  it('tell everything that is wrong, up to five', () => {
    const nodes = Array.from({ length: 7 }, (_, index) => object('v1', 'Node', {}, { name: `n${index}` }));
    expect(reason(...nodes)).toMatch(/^refused: Node n0 .*; Node n4 \(v1\) is of a kind that is not graded from manifests and 2 more$/);
  });

  it('may not be too many, nor the same twice', () => {
    expect(reason(...Array.from({ length: 10_000 }, (_, index) => object('v1', 'ConfigMap', {}, { name: `c${index}` })))).toBe(
      'it has 10000 objects, at most 100 are graded',
    );
    expect(reason(object('v1', 'ConfigMap'), object('v1', 'ConfigMap'))).toBe('refused: ConfigMap x is there twice');
  });

  it('lose what would keep the namespace from going away, or belong to others; that is told', () => {
    const guarded = guard(
      object(
        'apps/v1',
        'Deployment',
        { status: { replicas: 3 } },
        { finalizers: ['a/b'], ownerReferences: [{}], uid: 'u', resourceVersion: '7', managedFields: [] },
      ),
      object('v1', 'Service', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }], healthCheckNodePort: 1 } }),
      object('v1', 'Namespace', {}, { name: 'drill-scale-it' }),
    );
    expect(guarded).toEqual({
      ok: true,
      objects: [
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'grade-ada-1' } },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'x', namespace: 'grade-ada-1' },
          spec: { type: 'NodePort', ports: [{ port: 80 }] },
        },
      ],
      notes: [
        'Deployment x: its finalizers were left out',
        'Deployment x: its ownerReferences were left out',
        'Service x: its nodePort was left to the cluster, as others may have asked for the same',
        'Namespace drill-scale-it was left out: grading has a namespace of its own',
      ],
    });
  });
});

describe('the name of a throwaway namespace', () => {
  it('is a name that Kubernetes takes, whoever the learner is', () => {
    expect(throwawayName('Ada L. <x>', 'ab12cd')).toBe('grade-ada-l-x-ab12cd');
    expect(throwawayName('x'.repeat(100), 'ab12cd').length).toBeLessThanOrEqual(63);
    expect(throwawayName('李', 'ab12cd')).toBe('grade-learner-ab12cd');
  });
});

describe('a Pod that the LimitRange filled in', () => {
  const pod = (note: string, containers: unknown[], more: Record<string, unknown> = {}): KubeObject =>
    object(
      'v1',
      'Pod',
      { spec: { containers, ...more }, status: { qosClass: 'Burstable', phase: 'Running' } },
      { annotations: { 'kubernetes.io/limit-ranger': note, keep: 'me' } },
    );

  it('is shown as the learner wrote it', () => {
    const filled = pod('LimitRanger plugin set: cpu, memory request for container web; cpu, memory limit for container web', [
      { name: 'web', resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '2', memory: '2Gi' } } },
    ]);
    expect(withoutDefaults(filled)).toMatchObject({
      metadata: { annotations: { keep: 'me' } },
      spec: { containers: [{ name: 'web', resources: {} }] },
      status: { qosClass: 'BestEffort', phase: 'Running' },
    });
  });

  it('keeps what the learner asked for', () => {
    const filled = pod(
      'LimitRanger plugin set: cpu request for container web; cpu limit for container web; memory limit for init container prepare',
      [
        { name: 'web', resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '2', memory: '64Mi' } } },
        { name: 'side', resources: { limits: { cpu: '1' } } },
      ],
      { initContainers: [{ name: 'prepare', resources: { limits: { memory: '2Gi' } } }] },
    );
    const shown = withoutDefaults(filled);
    expect(shown.spec.containers).toEqual([
      { name: 'web', resources: { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } } },
      { name: 'side', resources: { limits: { cpu: '1' } } },
    ]);
    expect(shown.spec.initContainers).toEqual([{ name: 'prepare', resources: {} }]);
    expect(shown.status.qosClass).toBe('Burstable');
  });

  it('is left alone when nothing was filled in', () => {
    const plain = object('v1', 'Pod', { spec: { containers: [] } });
    expect(withoutDefaults(plain)).toBe(plain);
  });
});
