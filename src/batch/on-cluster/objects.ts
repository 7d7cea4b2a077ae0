import { kinds } from '../../grading/kinds.ts';
import type { Read } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import { hardened } from '../../kube/own-namespace.ts';
import { groupPath } from '../../kube/path.ts';
import type { Lab } from '../../lab/schema.ts';
import type { ShardInput } from './shards.ts';

export const partLabel = 'kubedrill.io/part';
export const part = 'grade-job';
export const expiresKey = 'kubedrill.io/expires';
export const indexLabel = 'batch.kubernetes.io/job-completion-index';

export interface JobPlan {
  /** 1, then 2 for those of whom no result came, and so on. */
  round: number;
  /** The namespace of this run, which is removed after it. */
  namespace: string;
  lab: Lab;
  /** Every file of the lab by its path, `lab.yaml` too. */
  labFiles: Record<string, string>;
  inputs: readonly ShardInput[];
  image: string;
  /** Learners that one shard grades at once. */
  parallel: number;
  limitSeconds: number;
  /** Seconds after which Kubernetes ends the Job. */
  deadlineSeconds: number;
  /** ISO 8601: after this the next run may remove what is left. */
  expires: string;
}

const labels = { [partLabel]: part, 'app.kubernetes.io/managed-by': 'kubedrill' };

export const namespaceObject = (plan: JobPlan): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: plan.namespace,
    labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
    annotations: { [expiresKey]: plan.expires },
  },
});

export const jobNameOf = (plan: Pick<JobPlan, 'round'>): string => `grade-${plan.round}`;

const inputName = (plan: JobPlan, shard: number): string => `input-${plan.round}-${shard}`;

/** A key of a Secret or ConfigMap may hold no slash. */
const keyOf = (index: number): string => `file-${index}`;

/** The lab as files, so that the image needs none and grades with exactly this version. */
export function labObject(plan: JobPlan): KubeObject {
  const texts = Object.values(plan.labFiles);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'lab', namespace: plan.namespace, labels },
    data: Object.fromEntries(texts.map((text, index) => [keyOf(index), text])),
  };
}

/** One Secret for each shard: together they may be larger than one object can be. */
export const inputObjects = (plan: JobPlan): KubeObject[] =>
  plan.inputs.map(({ files }, shard) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: inputName(plan, shard), namespace: plan.namespace, labels },
    stringData: files,
  }));

const labFolder = (lab: Lab): string => `${lab.track}/${lab.id}`;

/**
 * An Indexed Job: each index grades its part of the roster and prints a row for each learner. An index whose Pod is lost is done again.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
export function jobObject(plan: JobPlan): KubeObject {
  const { lab, inputs, image, parallel, limitSeconds } = plan;
  const shards = inputs.length;
  const paths = Object.keys(plan.labFiles);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobNameOf(plan), namespace: plan.namespace, labels },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      backoffLimitPerIndex: 5,
      maxFailedIndexes: shards,
      activeDeadlineSeconds: plan.deadlineSeconds,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          ...hardened.pod,
          containers: [
            {
              name: 'grade',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: [
                'grade',
                lab.id,
                '--roster',
                '/input/$(JOB_COMPLETION_INDEX)/roster.yaml',
                '--labs',
                '/labs',
                '--rows',
                '--parallel',
                String(parallel),
                '--limit',
                `${limitSeconds}s`,
              ],
              env: [
                { name: 'HOME', value: '/state' },
                { name: 'TMPDIR', value: '/state' },
                { name: 'KUBEDRILL_STATE', value: '/state/kubedrill' },
                { name: 'KUBEDRILL_CACHE', value: '/state/cache' },
              ],
              resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '512Mi' } },
              volumeMounts: [
                { name: 'input', mountPath: '/input', readOnly: true },
                // by subPath: the kubelet's links are resolved, and a lab is made of plain files
                { name: 'labs', mountPath: '/labs', subPath: 'labs', readOnly: true },
                { name: 'state', mountPath: '/state' },
              ],
              ...hardened.container,
            },
          ],
          volumes: [
            {
              name: 'input',
              projected: {
                defaultMode: 0o440,
                sources: inputs.map(({ files }, shard) => ({
                  secret: { name: inputName(plan, shard), items: Object.keys(files).map((key) => ({ key, path: `${shard}/${key}` })) },
                })),
              },
            },
            {
              name: 'labs',
              configMap: {
                name: 'lab',
                items: paths.map((path, index) => ({ key: keyOf(index), path: `labs/${labFolder(lab)}/${path}` })),
              },
            },
            { name: 'state', emptyDir: { sizeLimit: '256Mi' } },
          ],
          securityContext: { ...hardened.pod.securityContext, fsGroup: 65532 },
        },
      },
    },
  };
}

/** Who grades learners of the owned cluster itself: reads what the lab reads, and nothing else. */
export function readerObjects(plan: JobPlan, reads: readonly Read[]): KubeObject[] {
  const name = plan.namespace;
  const wanted = new Set([
    ...reads.map((read) => (typeof read === 'string' ? read : read.kind)),
    'Namespace',
    'Node',
    'StorageClass',
    'IngressClass',
    'Event',
  ] as const);
  const groups = new Map<string, string[]>();
  for (const kind of wanted) {
    const { apiVersion, plural } = kinds[kind];
    const group = groupPath(apiVersion).startsWith('/api/') ? '' : (apiVersion.split('/')[0] ?? '');
    groups.set(group, [...(groups.get(group) ?? []), plural]);
  }
  const rules = [
    ...[...groups].map(([group, resources]) => ({ apiGroups: [group], resources: resources.sort(), verbs: ['get', 'list'] })),
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/proxy'], resourceNames: ['probe:8091'], verbs: ['get'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ];
  const meta = { name, labels, annotations: { [expiresKey]: plan.expires } };
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'reader', namespace: plan.namespace, labels },
      automountServiceAccountToken: false,
    },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: meta, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: meta,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: plan.namespace }],
    },
  ];
}
