import { describe, expect, it } from 'vitest';
import { isClusterScoped, staysInNamespace } from '../../src/lab/reach.ts';
import type { Lab, LabWrongFix } from '../../src/lab/schema.ts';

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';
const volume = 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: "shelf-$NS"}\n';
const list = `apiVersion: v1\nkind: List\nitems:\n  - ${volume.trimEnd().replaceAll('\n', '\n    ')}\n`;
const onNode = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: {{worker0}}}\n';

const fix = (run: string[], more: Partial<LabWrongFix> = {}) =>
  ({ id: 'w', step: 'second', run, mustFail: ['C1'], ...more }) as LabWrongFix;
const step = (id: string, solution: string[] = [], more: object = {}) => ({ id, solution, ...more });

function lab(more: object = {}): Lab {
  return {
    setup: [{ apply: 'start/web.yaml' }],
    steps: [
      step('first', ['kubectl apply -f web.yaml']),
      step('second', ['@delete-pod app=web oldest']),
      step('third', ['@pause {{worker0}}']),
    ],
    files: {
      'start/web.yaml': deployment,
      'files/web.yaml': deployment,
      'wrong/volume.yaml': volume,
      'wrong/list.yaml': list,
      'wrong/node.yaml': onNode,
    },
    ...more,
  } as unknown as Lab;
}

describe('a wrong fix stays in its namespace', () => {
  it.each<[string, Lab, LabWrongFix, boolean]>([
    ['when it changes what is there', lab(), fix(['kubectl apply -f web.yaml', 'kubectl scale deployment web --replicas=1']), true],
    ['when it puts a Pod of its own on a node', lab(), fix(['kubectl apply -f wrong/node.yaml']), true],
    ['when it does nothing', lab(), fix([]), true],
    ['when only a later step reaches beyond', lab(), fix([], { step: 'first' }), true],
    ['not when it goes on through that step', lab(), fix([], { through: 'third' }), false],
    ['not when it writes to a node', lab(), fix(['kubectl cordon {{worker0}}']), false],
    ['not when it makes what is there for the whole cluster', lab(), fix(['kubectl apply -f wrong/volume.yaml']), false],
    ['not when that is in a List', lab(), fix(['kubectl apply -f wrong/list.yaml']), false],
    ['not when it changes kube-system', lab(), fix(['kubectl -n kube-system scale deployment coredns --replicas=1']), false],
    ['not when the set-up applies such a thing', lab({ setup: [{ apply: ['start/web.yaml', 'wrong/volume.yaml'] }] }), fix([]), false],
    ['not when the set-up runs such a command', lab({ setup: [{ run: '@component stop kube-scheduler' }] }), fix([]), false],
    ['not when the set-up strikes a fault', lab({ setup: [{ fault: { use: 'pause-node', with: {} } }] }), fix([]), false],
    [
      'not when a step on the way strikes one',
      lab({ steps: [step('first', [], { fault: { use: 'kill-pods', with: {} } }), step('second')] }),
      fix([]),
      false,
    ],
  ])('%s', (_, of, wrong, stays) => {
    expect(staysInNamespace(of, wrong)).toBe(stays);
  });
});

it('kinds that no lab reads are known to be of the whole cluster, too', () => {
  expect(['Node', 'ClusterRole', 'PriorityClass', 'Pod', 'Secret', 'Unknown'].filter(isClusterScoped)).toEqual([
    'Node',
    'ClusterRole',
    'PriorityClass',
  ]);
});
