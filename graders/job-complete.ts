import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { podsOfOwner } from '../src/grading/ownership.ts';
import { conditionOf, worstOf } from '../src/grading/pods.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

/** A Job ran to its end. @see batch/v1 JobStatus */
export default defineGrader({
  id: 'job-complete',
  says: 'A Job is Complete, with so many Pods succeeded, so many failed, so many at a time, perhaps made from a CronJob.',
  params: z.strictObject({
    name: z.string().min(1),
    succeeded: z.number().int().min(1).optional(),
    maxFailed: z.number().int().min(0).optional().describe('At most so many of its Pods have failed.'),
    completions: z.number().int().min(1).optional(),
    parallelism: z.number().int().min(1).optional(),
    fromCronJob: z
      .string()
      .min(1)
      .optional()
      .describe('This CronJob owns it, or it was made from it by hand (`kubectl create job --from`).'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => (['Job', 'CronJob', 'Pod'] as const).map((kind) => (namespace ? { kind, namespace } : kind)),
  looks: 'state',
  example: '{grader: job-complete, with: {name: rotate-logs, succeeded: 3, parallelism: 1, maxFailed: 0}}',
  grade({ mirror, params }) {
    const { name, namespace } = params;
    const job = mirror.get('Job', name, namespace);
    if (!job) return notThere('Job', name, namespace);
    const look = kubectl(['describe', 'job', name], namespace);
    const here = `Job ${name}`;
    for (const [field, wanted] of [
      ['completions', params.completions],
      ['parallelism', params.parallelism],
    ] as const) {
      const is = job.spec?.[field] ?? 1;
      if (wanted !== undefined && is !== wanted)
        return fail({ observed: `${is}`, expected: `${wanted}`, field: `${here} spec.${field}`, look });
    }
    if (params.fromCronJob !== undefined) {
      const cronJob = mirror.get('CronJob', params.fromCronJob, namespace);
      if (!cronJob) return notThere('CronJob', params.fromCronJob, namespace);
      const owner = job.metadata.ownerReferences?.find((one) => one.kind === 'CronJob');
      // kubectl create job --from names the CronJob as owner, too, though not as controller
      if (owner?.uid !== cronJob.metadata.uid) {
        return fail({
          observed: owner ? `${owner.kind} ${owner.name}` : 'no owner',
          expected: `CronJob ${params.fromCronJob}`,
          field: `${here} metadata.ownerReferences`,
          look,
        });
      }
    }
    const failed: number = job.status?.failed ?? 0;
    if (params.maxFailed !== undefined && failed > params.maxFailed) {
      return fail({
        observed: `${failed}`,
        expected: params.maxFailed === 0 ? '0' : `at most ${params.maxFailed}`,
        field: `${here} status.failed`,
        look,
      });
    }
    const succeeded: number = job.status?.succeeded ?? 0;
    if (conditionOf(job, 'Failed') === 'True') {
      const reason = job.status?.conditions?.find((one: { type: string }) => one.type === 'Failed')?.reason;
      return fail({ observed: `Failed: ${reason}`, expected: 'Complete', field: `${here} status.conditions`, look });
    }
    if (conditionOf(job, 'Complete') !== 'True') {
      const trouble = worstOf(podsOfOwner(mirror, job, 'Job').filter((pod) => pod.status?.phase !== 'Succeeded'));
      const seen = {
        observed: `${succeeded} of ${job.spec?.completions ?? 1} done${job.spec?.suspend ? '; suspended' : ''}${trouble ? `; ${trouble.reason}` : ''}`,
        expected: 'Complete',
        field: `${here} status`,
        look,
      };
      return job.spec?.suspend || trouble?.stuck ? fail(seen) : waiting(seen);
    }
    if (params.succeeded !== undefined && succeeded !== params.succeeded) {
      return fail({ observed: `${succeeded}`, expected: `${params.succeeded}`, field: `${here} status.succeeded`, look });
    }
    return pass(`${here} is Complete: ${succeeded} succeeded, ${failed} failed`);
  },
});
