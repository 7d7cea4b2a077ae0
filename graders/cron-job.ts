import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { isTerminating } from '../src/grading/ownership.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

/** A CronJob is set up as asked, has run, is or is not suspended. @see batch/v1 CronJobStatus */
export default defineGrader({
  id: 'cron-job',
  says: 'A CronJob has this schedule and these limits, has been scheduled, is suspended or not, and runs no Job now.',
  params: z.strictObject({
    name: z.string().min(1),
    schedule: z.string().min(1).optional().describe('As written, save the number of blanks; `*/1` is the same as `*`.'),
    concurrencyPolicy: z.enum(['Allow', 'Forbid', 'Replace']).optional(),
    successfulJobsHistoryLimit: z.number().int().min(0).optional(),
    suspend: z.boolean().optional(),
    scheduled: z.boolean().default(false).describe('It has run by its schedule at least once.'),
    noActiveJob: z.boolean().default(false).describe('None of its Jobs is still under way.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => (['CronJob', 'Job'] as const).map((kind) => (namespace ? { kind, namespace } : kind)),
  looks: 'state',
  example:
    '{grader: cron-job, with: {name: log-rotate, schedule: "*/1 * * * *", concurrencyPolicy: Forbid, scheduled: true, suspend: true, noActiveJob: true}}',
  grade({ mirror, params }) {
    const { name, namespace } = params;
    const cronJob = mirror.get('CronJob', name, namespace);
    if (!cronJob) return notThere('CronJob', name, namespace);
    const look = kubectl(['get', 'cronjob', name, '-o', 'yaml'], namespace);
    const plain = (schedule: string): string =>
      schedule
        .trim()
        .split(/\s+/)
        .map((part) => (part === '*/1' ? '*' : part))
        .join(' ');
    const { spec = {}, status = {} } = cronJob;
    const differs = (field: string, observed: unknown, expected: unknown) =>
      fail({ observed: String(observed ?? 'nothing'), expected: String(expected), field: `CronJob ${name} spec.${field}`, look });
    if (params.schedule !== undefined && plain(String(spec.schedule)) !== plain(params.schedule))
      return differs('schedule', spec.schedule, params.schedule);
    for (const field of ['concurrencyPolicy', 'successfulJobsHistoryLimit'] as const) {
      if (params[field] !== undefined && spec[field] !== params[field]) return differs(field, spec[field], params[field]);
    }
    if (params.scheduled && status.lastScheduleTime === undefined) {
      const seen = { observed: 'never', expected: 'scheduled at least once', field: `CronJob ${name} status.lastScheduleTime`, look };
      return spec.suspend === true ? fail({ ...seen, observed: 'never, and it is suspended' }) : waiting(seen);
    }
    if (params.suspend !== undefined && (spec.suspend ?? false) !== params.suspend)
      return differs('suspend', spec.suspend ?? false, params.suspend);
    if (params.noActiveJob) {
      const active = mirror
        .list('Job', { namespace })
        .filter(
          (job) =>
            !isTerminating(job) &&
            job.metadata.ownerReferences?.some((one) => one.uid === cronJob.metadata.uid) &&
            (job.status?.active ?? 0) > 0,
        )
        .map((job) => job.metadata.name);
      if (active.length > 0)
        return waiting({
          observed: listing(active),
          expected: 'none',
          field: `Jobs of CronJob ${name} under way`,
          look: kubectl(['get', 'jobs'], namespace),
        });
    }
    return pass(
      `CronJob ${name}: ${spec.schedule}, ${spec.concurrencyPolicy}${spec.suspend ? ', suspended' : ''}${status.lastScheduleTime ? `, last scheduled at ${status.lastScheduleTime}` : ''}`,
    );
  },
});
