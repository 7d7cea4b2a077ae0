import type { KubeObject } from '../../src/grading/object.ts';
import { type Lab, labSchema } from '../../src/lab/schema.ts';
import type { HomeState } from '../../src/tui/host.ts';
import { labCardOf, upCluster } from './fake-host.ts';
import { deployment, endpointSlice, event, pod, replicaSet, service } from './objects.ts';

const labOf = (data: unknown): Lab => ({ ...labSchema.parse(data), folder: 'labs/x', files: {}, exclusive: false });

const source = [{ document: 'x', section: 'y' }];
const wrong = [
  { id: 'one', step: 'diagnose', run: [], mustFail: ['C1'] },
  { id: 'two', step: 'diagnose', run: [], mustFail: ['C1'] },
];

/** A lab with everything that a screen shows: a question, commands, a guard, free and dear hints, three steps. */
export const portLab: Lab = labOf({
  id: 'bf-port-mismatch',
  title: 'Right endpoints, nobody home',
  track: 'black-friday',
  order: 3,
  source,
  minutes: 15,
  brief:
    'A Service, its endpoints, its Pods: all there, all green, and **every request is refused**. Find the port at which nobody listens.',
  steps: [
    {
      id: 'diagnose',
      title: 'Diagnose, and repair the Service',
      text: [
        'Follow a request on its way: the Service, its endpoints, the Pod, the process in it. Three numbers must agree:',
        '',
        '- the port that the process listens on',
        "- the Service's `targetPort`",
        '- the port that clients call',
        '',
        '```sh',
        'kubectl describe service nginx-service',
        'kubectl get endpointslices -l kubernetes.io/service-name=nginx-service',
        '```',
        '',
        'Leave the application as it is.',
      ].join('\n'),
      try: ['kubectl get pod -o wide', 'kubectl logs deploy/nginx-deployment'],
      predict: {
        ask: 'Does `containerPort` open or forward a port?',
        choices: ['it opens the port', 'it forwards the port', 'neither: it is information'],
        answer: 2,
        why: 'A process listens or does not. The field tells people and tools.',
      },
      checks: [
        { id: 'C1', title: 'nginx-service answers on port 80 with the welcome page', points: 3, cel: 'true' },
        { id: 'C2', title: 'Its backends are the ready Pods, on port 80', points: 2, cel: 'true' },
        { id: 'G1', title: 'The application is as it was', guard: true, points: 0, cel: 'true' },
      ],
      hints: [
        { text: 'The application says in the first line of its log where it listens.' },
        { text: '`listening on :80`, but the Service sends to 8080.', cost: 1 },
      ],
      solution: ['kubectl patch service nginx-service --type=json -p [{"op":"replace","path":"/spec/ports/0/targetPort","value":80}]'],
    },
    {
      id: 'honest',
      title: 'Make the manifest honest',
      text: "Declare the container's port as it is, 80, name it `http`, and let the Service ask for the name.",
      try: ['kubectl explain service.spec.ports.targetPort'],
      checks: [{ id: 'C3', title: 'The container has a port http/80, and the Service targets http', points: 2, cel: 'true' }],
      solution: ['kubectl apply -f nginx-deployment.yaml'],
    },
    {
      id: 'scale',
      title: 'Scale by the file',
      text: 'Set `replicas: 3` in the file and apply it.',
      checks: [{ id: 'C4', title: 'Three replicas, by the file, all available', points: 1, cel: 'true' }],
      solution: ['kubectl apply -f nginx-deployment.yaml'],
    },
  ],
  wrong,
  debrief:
    'Three numbers must agree, and `containerPort` is none of them.\n\n1. The process decides where it listens.\n2. The Service decides where it sends.',
});

/** A lab with a fault in force. */
export const schedulerLab: Lab = labOf({
  id: 'cs-scheduler-down',
  title: 'Scale-up that goes nowhere',
  track: 'capstones',
  order: 4,
  source,
  minutes: 15,
  brief: 'The shop needs more Pods, and asks for them. None comes.',
  steps: [
    {
      id: 'diagnose',
      title: 'Say who does not do its work',
      text: 'Scale `shop` to six, and see how far it gets. Who assigns a Pod to a node?',
      try: ['kubectl scale deployment shop --replicas=6', 'kubectl get pods -o wide', 'kubectl -n kube-system get pods'],
      checks: [
        { id: 'C1', title: 'Six Pods of shop are ready', points: 3, cel: 'true' },
        { id: 'C2', title: 'The scheduler renews its lease again', points: 2, cel: 'true' },
      ],
      hints: [{ text: 'A Pod without a node has no events from a kubelet.' }],
      solution: ['@component start kube-scheduler'],
    },
  ],
  wrong,
  debrief: 'Running Pods need no scheduler. New ones do.',
});

/** A home with two tracks, a lab in each state, and a cluster that is up. */
export function homeOf(change: Partial<HomeState> = {}): HomeState {
  return {
    catalogue: {
      state: 'ready',
      tracks: [
        {
          id: 'black-friday',
          title: 'Black Friday',
          labs: [
            labCardOf({ ...portLab, id: 'bf-imperative-deploy', title: 'One command, three objects' }, { state: 'passed', score: 8 }),
            labCardOf({ ...portLab, id: 'bf-pod-wont-start', title: 'Read the Pod before you guess' }, { state: 'started', score: 3 }),
            labCardOf(portLab),
          ],
        },
        {
          id: 'capstones',
          title: 'Capstones',
          labs: [labCardOf(schedulerLab, { needs: ['2 workers', 'alone on the cluster'] })],
        },
      ],
    },
    cluster: upCluster(),
    faults: [],
    ...change,
  };
}

const pods = (owner: KubeObject, names: readonly { name: string; node: string; phase?: string; waitingFor?: string }[]) =>
  names.map(({ name, ...rest }) => pod({ ...rest, name: `${owner.metadata.name}-${name}`, owner, labels: { app: 'nginx' } }));

/** The objects of the port lab: two Pods, a Service that sends to a port at which nobody listens. */
export function portObjects(): KubeObject[] {
  const top = deployment({ name: 'nginx-deployment', replicas: 2, selector: { app: 'nginx' } });
  const set = replicaSet({ name: 'nginx-deployment-6d4b75cb6d', replicas: 2, revision: 1, owner: top });
  const running = pods(set, [
    { name: '4h9xk', node: 'kubedrill-worker' },
    { name: 'x2t7m', node: 'kubedrill-worker2' },
  ]);
  const front = service({ name: 'nginx-service', selector: { app: 'nginx' }, ports: [{ port: 80, targetPort: 8080 }] });
  return [
    top,
    set,
    ...running,
    front,
    endpointSlice(front, running, { port: 8080 }),
    {
      ...event({ reason: 'Started', name: 'nginx-deployment-6d4b75cb6d-4h9xk', note: 'Started container nginx' }),
      eventTime: '1970-01-01T00:16:30Z',
    },
  ];
}
