import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { logOf } from '../src/grading/pod-logs.ts';
import { lookAtTarget, podsOfTarget } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

const shape = z.strictObject({
  pod: z.string().min(1),
  containers: z.array(z.string().min(1)).min(2).describe('From the one that writes most to the one that writes least.'),
  pattern: patternText.optional().describe('Lines that match are the ones that count; without it every line.'),
  min: z.number().int().min(1).default(1).describe('Waiting until the first of them has so many lines; each other needs one.'),
});

/** Containers of one Pod, compared by how much they have written. */
export default defineGrader({
  id: 'log-counts',
  says: 'Containers of one Pod have logs of their own, and each has written more lines than the next one named.',
  params: shape,
  reads: ['Pod'],
  looks: 'behaviour',
  example: '{grader: log-counts, with: {pod: counter-multi, containers: [counter-1, counter-2, counter-3], min: 12}}',
  async grade({ mirror, params, probes }) {
    const { containers, min } = params;
    const found = podsOfTarget(mirror, { pod: params.pod });
    if ('missing' in found) return found.missing;
    const [pod] = found.pods;
    const names: string[] = (pod?.spec?.containers ?? []).map((one: { name: string }) => one.name);
    const absent = containers.filter((one) => !names.includes(one));
    if (!pod || absent.length > 0) {
      return fail({
        observed: `containers ${listing(names)}`,
        expected: `${listing(absent)} too`,
        field: `Pod ${params.pod} spec.containers`,
        look: lookAtTarget({ pod: params.pod }),
      });
    }
    const pattern = params.pattern === undefined ? undefined : patternOf(params.pattern);
    const counts: number[] = [];
    for (const container of containers) {
      const log = await logOf(probes, pod, { container });
      if ('notYet' in log) return waiting({ observed: log.notYet, expected: 'a log of each container' });
      counts.push(log.lines.filter((line) => pattern?.test(line) ?? true).length);
    }
    const seen = {
      observed: listing(containers.map((one, index) => `${one} ${counts[index]}`)),
      expected: `more lines in each than in the next of ${listing(containers)}`,
      field: `logs of Pod ${params.pod}`,
      look: kubectl(['logs', params.pod, '--all-containers', '--prefix']),
    };
    const [first = 0] = counts;
    if (first < min) return waiting({ ...seen, expected: `at least ${min} lines of ${containers[0]}` });
    const falling = counts.every((many, index) => many > 0 && (index === 0 || many < (counts[index - 1] ?? 0)));
    return falling ? pass(`lines of Pod ${params.pod}: ${seen.observed}`) : fail(seen);
  },
});
