import type { KubeObject } from './object.ts';
import { containerStatuses, troubleOf } from './pods.ts';
import type { ExecAnswer, Probes } from './probes.ts';
import { mustSee } from './see.ts';
import { type Fail, fail, type Waiting, waiting } from './verdict.ts';
import { kubectl } from './words.ts';

/** Runs a command in a container of a Pod, or says why nothing can run there. Throws `CannotSee` when it could not be asked. */
export async function runInPod(
  probes: Probes,
  pod: KubeObject,
  command: string[],
  container?: string,
): Promise<{ answer: ExecAnswer } | { notRunning: Fail | Waiting }> {
  const { name } = pod.metadata;
  const containers: { name: string }[] = pod.spec?.containers ?? [];
  const wanted = container ?? containers[0]?.name;
  const look = kubectl(['describe', 'pod', name]);
  if (!containers.some((one) => one.name === wanted)) {
    return {
      notRunning: fail({
        observed: containers.map((one) => one.name).join(', '),
        expected: `a container ${wanted}`,
        field: `Pod ${name} spec.containers`,
        look,
      }),
    };
  }
  if (!containerStatuses(pod).find((one) => one.name === wanted)?.state?.running) {
    const trouble = troubleOf(pod);
    const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const seen = { observed: trouble?.reason ?? 'not running', expected: `container ${wanted} runs`, field: `Pod ${name}`, look };
    return { notRunning: trouble?.stuck || ended ? fail(seen) : waiting(seen) };
  }
  return { answer: mustSee(await probes.exec({ pod: name, container: wanted, command })) };
}
