import type { Run, RunResult } from '../../../src/system/run.ts';

export interface Answer {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

/** A machine whose `minikube` and `docker` replay recorded answers; what was asked is kept. */
export function fakeMachine(answers: (program: string, args: readonly string[]) => Answer | 'missing') {
  const asked: { line: string; env: Record<string, string | undefined>; input?: string }[] = [];
  const run: Run = async (program, args, options): Promise<RunResult> => {
    const line = [program, ...args].join(' ');
    asked.push({ line, env: options.env ?? {}, input: options.input });
    const answer = answers(program, args);
    if (answer === 'missing') return { ok: false, outcome: 'missing', exitCode: undefined, stdout: '', stderr: '', command: line, ms: 1 };
    const { exitCode = 0, stdout = '', stderr = '' } = answer;
    return { ok: exitCode === 0, outcome: 'exited', exitCode, stdout, stderr, command: line, ms: 1 };
  };
  return { run, asked, lines: () => asked.map((one) => one.line) };
}

const node = (Name: string, given: Partial<Record<string, string | boolean>> = {}) => ({
  Name,
  Host: 'Running',
  Kubelet: 'Running',
  APIServer: 'Running',
  Kubeconfig: 'Configured',
  Worker: false,
  ...given,
});
const worker = (Name: string, given: Partial<Record<string, string | boolean>> = {}) =>
  node(Name, { APIServer: 'Irrelevant', Kubeconfig: 'Irrelevant', Worker: true, ...given });

/** Outputs as a real minikube v1.38.1 printed them. */
export const recorded = {
  oneNode: JSON.stringify(node('drill')),
  twoNodes: JSON.stringify([node('drill'), worker('drill-m02')]),
  /** Exit code 2. */
  kubeletStopped: JSON.stringify([node('drill'), worker('drill-m02', { Kubelet: 'Stopped' })]),
  /** Exit code 2. */
  paused: JSON.stringify(node('drill', { Kubelet: 'Paused', APIServer: 'Paused' })),
  /** Exit code 7. */
  stopped: JSON.stringify([
    node('drill', { Host: 'Stopped', Kubelet: 'Stopped', APIServer: 'Stopped', Kubeconfig: 'Stopped' }),
    worker('drill-m02', { Host: 'Stopped', Kubelet: 'Stopped' }),
  ]),
  /** Exit code 7; the container of a node was removed by hand. */
  gone: 'null',
  /** `crictl images -o json` on a node. */
  images: (...names: string[]) =>
    JSON.stringify({
      images: ['registry.k8s.io/pause:3.10.1', ...names.map((name) => `docker.io/${name}`)].map((tag, index) => ({
        id: `sha256:${String(index).repeat(64)}`,
        repoTags: [tag],
        repoDigests: [],
        size: '6755054',
        username: '',
        pinned: false,
      })),
    }),
  profiles: (driver = 'docker', apiServerNames?: string[]) =>
    JSON.stringify({
      invalid: [],
      valid: [
        {
          Name: 'drill',
          Status: 'OK',
          Config: {
            Driver: driver,
            KubernetesConfig: { KubernetesVersion: 'v1.34.4', ClusterName: 'drill', APIServerNames: apiServerNames ?? null },
            Nodes: [
              { Name: '', ControlPlane: true },
              { Name: 'm02', ControlPlane: false },
            ],
          },
          Active: false,
          ActiveKubeContext: false,
        },
      ],
    }),
};
