import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { logOf } from '../src/grading/pod-logs.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

/** The containers of a Pod have logs of different lengths. @see https://kubernetes.io/docs/concepts/cluster-administration/logging/ */
export default defineGrader({
  id: 'log-counts',
  says: "The logs of a Pod's containers have ever fewer lines, in this order, once the first one has enough.",
  params: z.strictObject({
    pod: z.string().min(1),
    descending: z.array(z.string().min(1)).min(2).describe('Containers, the one with the most lines first.'),
    atLeast: z.number().int().min(1).default(1).describe('Lines of the first one before the others are compared.'),
    pattern: patternText.optional().describe('Only lines that match count.'),
  }),
  reads: ['Pod'],
  looks: 'behaviour',
  example: '{grader: log-counts, within: 30s, with: {pod: counter-multi, descending: [counter-1, counter-2, counter-3], atLeast: 12}}',
  async grade({ mirror, params, probes }) {
    const pod = mirror.get('Pod', params.pod);
    if (!pod) return notThere('Pod', params.pod);
    const pattern = params.pattern === undefined ? undefined : patternOf(params.pattern);
    const counts: { container: string; lines: number }[] = [];
    for (const container of params.descending) {
      const log = await logOf(probes, pod, { container });
      const known = (pod.spec?.containers ?? []).some((one: { name: string }) => one.name === container);
      const look = kubectl(['logs', params.pod, '-c', container]);
      if ('notYet' in log)
        return known
          ? waiting({ observed: log.notYet, expected: 'a log', look })
          : fail({ observed: log.notYet, expected: `a container ${container}`, look: kubectl(['describe', 'pod', params.pod]) });
      counts.push({ container, lines: log.lines.filter((line) => !pattern || pattern.test(line)).length });
    }
    const words = counts.map((one) => `${one.container} ${one.lines}`).join(', ');
    const look = kubectl(['logs', params.pod, '--all-containers', '--prefix']);
    const field = `lines in the logs of Pod ${params.pod}`;
    if ((counts[0]?.lines ?? 0) < params.atLeast)
      return waiting({ observed: words, expected: `${params.atLeast} of ${params.descending[0]} first`, field, look });
    const sorted = counts.every((one, index) => index === 0 || one.lines < counts[index - 1]!.lines);
    if (!sorted) return fail({ observed: words, expected: `${params.descending.join(' > ')}`, field, look });
    return pass(`lines: ${params.descending.join(' > ')}`);
  },
});
