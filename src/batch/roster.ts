import { z } from 'zod';
import { dotted, formatProblem, type Problem, sortProblems } from '../lab/diagnostics.ts';
import { parseKubeYaml } from '../lab/yaml.ts';
import { LabError } from '../lab-error.ts';

const learnerId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u, 'an id without control characters')
  .describe('Unique; what the gradebook and your school system know the learner by.');

/** A namespace, or a pattern of one: `{{id}}` and `{{lab}}` are filled in. */
const namespace = z
  .string()
  .regex(/^([a-z0-9-]|\{\{(id|lab)\}\})+$/, 'a namespace; {{id}} and {{lab}} are filled in')
  .describe('Default drill-{{lab}}.');

const place = {
  kubeconfig: z.string().min(1).optional().describe('Path, relative to the roster.'),
  context: z.string().min(1).optional().describe("Default: the kubeconfig's current context."),
  namespace: namespace.optional(),
};

/** `roster.yaml`. */
export const rosterSchema = z.strictObject({
  due: z.iso.datetime({ offset: true }).optional().describe('Later work is shown as late: 2026-03-01T12:00:00Z.'),
  defaults: z.strictObject(place).prefault({}).describe('For learners that do not say it themselves.'),
  learners: z
    .array(z.strictObject({ id: learnerId, name: z.string().max(200).optional(), ...place }))
    .min(1)
    .max(5000),
});

export interface RosterLearner {
  id: string;
  name: string | undefined;
  /** Path as written; `undefined`: the cluster that was named on the command line. */
  kubeconfig: string | undefined;
  context: string | undefined;
  /** With `{{id}}` and `{{lab}}`. */
  namespace: string | undefined;
}

export interface Roster {
  due: number | undefined;
  learners: RosterLearner[];
}

/** Reads `roster.yaml`. Never throws: everything that is wrong with it comes at once, with its place. */
export function parseRoster(text: string, path: string): { roster?: Roster; problems: Problem[] } {
  const { documents, problems } = parseKubeYaml(text, path);
  const [document] = documents;
  if (problems.length > 0) return { problems };
  if (!document) return { problems: [{ severity: 'error', file: path, line: 1, column: 1, at: '', message: 'the roster is empty' }] };
  const parsed = rosterSchema.safeParse(document.value);
  if (!parsed.success) {
    return {
      problems: sortProblems(
        parsed.error.issues.map((issue): Problem => {
          const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
          const at = [...(issue.path as (string | number)[]), ...(key === undefined ? [] : [key])];
          const position = key === undefined ? document.positionOf(at) : document.keyPositionOf(at);
          return {
            severity: 'error',
            file: path,
            ...position,
            at: dotted(at),
            message: key === undefined ? issue.message : `unknown key "${key}"`,
          };
        }),
      ),
    };
  }
  const { due, defaults, learners } = parsed.data;
  const doubled = learners.flatMap((learner, index): Problem[] => {
    const known = learners.findIndex((other) => other.id.toLowerCase() === learner.id.toLowerCase());
    if (known === index) return [];
    const at = ['learners', index, 'id'];
    const message = `the id "${learner.id}" is taken by learners[${known}] (capitals do not tell ids apart)`;
    return [{ severity: 'error', file: path, ...document.positionOf(at), at: dotted(at), message }];
  });
  if (doubled.length > 0) return { problems: doubled };
  const filled = learners.map(
    (learner): RosterLearner => ({
      id: learner.id,
      name: learner.name,
      kubeconfig: learner.kubeconfig ?? defaults.kubeconfig,
      context: learner.context ?? defaults.context,
      namespace: learner.namespace ?? defaults.namespace,
    }),
  );
  return { roster: { due: due === undefined ? undefined : Date.parse(due), learners: filled }, problems: [] };
}

/** Like `parseRoster`; what is wrong is a `LabError` that lists it all. */
export function mustParseRoster(text: string, path: string): Roster {
  const { roster, problems } = parseRoster(text, path);
  if (roster) return roster;
  throw new LabError('usage', `the roster cannot be used:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`, {
    hint: 'See docs/batch-grading.md for how a roster looks.',
  });
}

/** A learner's id as a part of a namespace: lower-case letters, digits and dashes. */
export const slugOf = (id: string): string =>
  id
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'learner';

/** The namespace of one learner for one lab. */
export const namespaceOf = (learner: Pick<RosterLearner, 'id' | 'namespace'>, lab: string): string =>
  (learner.namespace ?? 'drill-{{lab}}').replaceAll('{{lab}}', lab).replaceAll('{{id}}', slugOf(learner.id));

/** Learners whose work would be looked for in one and the same place: one would get the other's grade. */
export function sharedPlaces(roster: Roster, lab: string): string[][] {
  const places = new Map<string, string[]>();
  for (const learner of roster.learners) {
    const key = JSON.stringify([learner.kubeconfig ?? '', learner.context ?? '', namespaceOf(learner, lab)]);
    places.set(key, [...(places.get(key) ?? []), learner.id]);
  }
  return [...places.values()].filter((ids) => ids.length > 1);
}
