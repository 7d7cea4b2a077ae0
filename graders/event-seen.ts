import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing, shown } from '../src/grading/words.ts';

/** An event was reported. Events are merged and gone after an hour: never count them, and let the check latch. @see events.k8s.io/v1 Event */
export default defineGrader({
  id: 'event-seen',
  says: 'An event with this reason was reported about an object; waiting until it is. Use `latch: true`: events are gone after an hour.',
  params: z.strictObject({
    reason: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe('Or a list: any of them will do.'),
    kind: z.string().min(1).optional().describe('Kind of the object that it is about.'),
    name: z.string().min(1).optional().describe('Its name; a name that ends in `*` is a prefix.'),
    note: patternText.optional().describe('A pattern that its message matches.'),
    type: z.enum(['Normal', 'Warning']).optional(),
    reporter: z.string().min(1).optional().describe('The component, e.g. `default-scheduler`, `kubelet`.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => [namespace ? { kind: 'Event' as const, namespace } : 'Event'],
  looks: 'state',
  example: '{grader: event-seen, with: {reason: FailedScheduling, kind: Pod, name: "web-*"}, latch: true}',
  grade({ mirror, params }) {
    const reasons = [params.reason].flat();
    const about = `${params.kind ?? 'object'}${params.name ? ` ${params.name}` : ''}`;
    const fits = (event: KubeObject): boolean => {
      const { name = '', kind } = event.regarding ?? {};
      return (
        reasons.includes(event.reason) &&
        (params.kind === undefined || kind === params.kind) &&
        (params.name === undefined || (params.name.endsWith('*') ? name.startsWith(params.name.slice(0, -1)) : name === params.name)) &&
        (params.type === undefined || event.type === params.type) &&
        (params.reporter === undefined || [event.reportingController, event.deprecatedSource?.component].includes(params.reporter)) &&
        (params.note === undefined || patternOf(params.note).test(event.note ?? ''))
      );
    };
    const events = mirror.list('Event', { namespace: params.namespace });
    const event = events.find(fits);
    if (event) return pass(`${event.reason} about ${event.regarding?.kind} ${event.regarding?.name}: ${shown(event.note ?? '', 100)}`);
    const near = events.filter((one) => (params.kind === undefined || one.regarding?.kind === params.kind) && one.reason !== undefined);
    return waiting({
      observed: `no such event; seen: ${listing([...new Set(near.map((one) => String(one.reason)))].sort())}`,
      expected: `${reasons.join(' or ')} about ${about}${params.note ? `, with ${params.note}` : ''}`,
      look: kubectl(['get', 'events', '--sort-by=.lastTimestamp'], params.namespace),
    });
  },
});
