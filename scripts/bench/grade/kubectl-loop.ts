import type { Learner } from './class.ts';
import { measure } from './measured-process.ts';

/** The eight fields as one would ask for them in a shell script: what to get, where in it, and what it must be. */
const fields: [what: string, path: string, expected: string][] = [
  ['deployment/web', '{.spec.template.spec.containers[0].image}', 'kd/web:1.0'],
  ['deployment/web', '{.spec.replicas}', '3'],
  ['deployment/web', '{.spec.template.metadata.labels.tier}', 'front'],
  ['deployment/web', '{.spec.template.spec.containers[0].resources.requests.cpu}', '100m'],
  ['deployment/web', '{.spec.template.spec.containers[0].readinessProbe.httpGet.path}', '/ready'],
  ['service/web', '{.spec.ports[0].targetPort}', '8080'],
  ['service/web', '{.spec.selector.app}', 'web'],
  ['configmap/settings', '{.data.MODE}', 'prod'],
];

/** Grades with a kubectl for each check, one after the other; gives the scores and the seconds. */
export async function kubectlLoop(kubectl: string, kubeconfig: string, learners: readonly Learner[]) {
  const started = performance.now();
  const scores = new Map<string, number>();
  for (const { id, namespace } of learners) {
    let score = 0;
    for (const [what, path, expected] of fields) {
      const { stdout } = await measure(kubectl, ['--kubeconfig', kubeconfig, '-n', namespace, 'get', what, '-o', `jsonpath=${path}`]);
      if (stdout === expected) score += 1;
    }
    scores.set(id, score);
  }
  return { scores, seconds: (performance.now() - started) / 1000 };
}
