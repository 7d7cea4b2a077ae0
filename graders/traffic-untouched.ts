import { z } from 'zod';
import { atStart } from '../src/grading/against-start.ts';
import { sameValue } from '../src/grading/fields.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { podReady, restartsOf, troubleOf } from '../src/grading/pods.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { kubectl, shown } from '../src/grading/words.ts';

/** The traffic Pod is the one of the start and asks what it asked then: its record can be trusted. */
export default defineGrader({
  id: 'traffic-untouched',
  says: 'The traffic Pod is the very one of the start, with its environment, and has not restarted.',
  params: z.strictObject({ pod: z.string().min(1).default('traffic') }),
  reads: ['Pod'],
  looks: 'state',
  example: '{grader: traffic-untouched, guard: true, with: {pod: traffic}}',
  grade({ mirror, params, baseline }) {
    const { pod: name } = params;
    const before = atStart(baseline(), 'Pod', name);
    const pod = mirror.get('Pod', name);
    if (!pod) return notThere('Pod', name);
    const look = kubectl(['get', 'pod', name, '-o', 'yaml']);
    if (pod.metadata.uid !== before.metadata.uid)
      return fail({
        observed: `made anew at ${pod.metadata.creationTimestamp}`,
        expected: 'the one of the start',
        field: `Pod ${name} metadata.uid`,
        look,
      });
    const [was, is] = [before, pod].map((one) =>
      (one.spec?.containers ?? []).map((container: Record<string, unknown>) => [container.image, container.env, container.args]),
    );
    if (!sameValue(was, is)) return fail({ observed: shown(is), expected: shown(was), field: `Pod ${name} spec.containers`, look });
    if (restartsOf(pod) > restartsOf(before))
      return fail({
        observed: `${restartsOf(pod)}`,
        expected: `${restartsOf(before)}`,
        field: `Pod ${name} status.containerStatuses restartCount`,
        look,
      });
    if (!podReady(pod))
      return fail({
        observed: troubleOf(pod)?.reason ?? 'not ready',
        expected: 'ready',
        field: `Pod ${name}`,
        look: kubectl(['describe', 'pod', name]),
      });
    return pass(`Pod ${name}: as at the start`);
  },
});
