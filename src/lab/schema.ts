import { z } from 'zod';

/** `30s`, `2m`, `1500ms` -> milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m)$/, 'a duration such as 30s, 2m or 500ms')
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : text.endsWith('m') ? 60_000 : 1000))
  .describe('A duration: 500ms, 30s, 2m.');

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by dashes');
const checkId = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'letters, digits and dashes');
const markdown = z.string().min(1);
/** A command: `kubectl ...`, split without a shell, or one of the closed acts (`@delete-pod ...`). See `lab/command.ts`. */
const command = z
  .string()
  .regex(/^(kubectl|@[a-z-]+)( |$)/, 'a kubectl command or an @act')
  .describe('kubectl argv (no shell), or an @act.');

const graderUse = { grader: z.string(), with: z.record(z.string(), z.unknown()).default({}) };
const celUse = { cel: z.string().min(1), says: z.string().min(1).describe('What holds, in words: shown when it does not.') };

export const condition = z.union([
  z.strictObject({ ...graderUse, stable: duration.optional() }),
  z.strictObject({ ...celUse, look: z.string().optional(), stable: duration.optional() }),
]);

const checkBase = {
  id: checkId,
  title: z.string().min(1).describe('What is graded, as a short statement that is true when it passes.'),
  points: z.number().int().min(0).max(20).default(1),
  guard: z.boolean().default(false).describe('True from the start, worth no points, must stay true.'),
  stable: duration.optional().describe('The pass must hold for this long.'),
  within: duration.optional().describe('Bound of one grading: how long a waiting check may take. Default 15s.'),
  latch: z.boolean().default(false).describe('Recorded: once passed it stays passed for this drill.'),
  after: z.array(checkId).default([]).describe('Only looked at once these have passed; waiting before.'),
};

export const check = z.union([
  z.strictObject({ ...checkBase, ...graderUse }),
  z.strictObject({ ...checkBase, cel: z.string().min(1), says: z.string().optional(), look: z.string().optional() }),
  z.strictObject({ ...checkBase, all: z.array(condition).min(1) }),
]);

export const faultUse = z.strictObject({ use: z.string(), with: z.record(z.string(), z.unknown()).default({}) });

export const setupAction = z.union([
  z.strictObject({ apply: z.union([z.string(), z.array(z.string()).min(1)]).describe('Manifest files in start/ or files/.') }),
  z.strictObject({ run: command }),
  z.strictObject({ wait: z.strictObject({ ...graderUse, within: duration.optional() }) }),
  z.strictObject({ wait: z.strictObject({ ...celUse, within: duration.optional() }) }),
  z.strictObject({ fault: faultUse }),
  z.strictObject({
    traffic: z.strictObject({
      name: id.default('traffic'),
      target: z.string().describe('e.g. http://shop/'),
      rate: z.number().positive().max(200).default(20).describe('Requests per second, each on a fresh connection.'),
      timeoutMs: z.number().int().positive().default(2000),
      by: z.enum(['name', 'cluster-ip']).default('cluster-ip').describe('cluster-ip keeps DNS out of the path.'),
    }),
  }),
]);

export const predict = z.strictObject({
  ask: z.string().min(1),
  choices: z.array(z.string()).min(2).optional(),
  answer: z
    .union([
      z.number().int().min(0).describe('Index into choices.'),
      z.strictObject({ cel: z.string() }).describe('Computed live; the learner types it or picks it.'),
    ])
    .describe('The right answer.'),
  why: z.string().min(1),
});

export const hint = z.strictObject({
  text: markdown,
  cost: z.number().int().min(0).max(5).default(0).describe('Points that the step loses when this hint is opened.'),
  when: z.strictObject({ cel: z.string() }).optional().describe('State-driven: offered first while this holds.'),
});

export const step = z.strictObject({
  id,
  title: z.string().min(1),
  text: markdown,
  try: z.array(z.string()).default([]).describe('Commands offered to the learner.'),
  predict: z.union([predict.transform((one) => [one]), z.array(predict)]).default([]),
  fault: faultUse.optional().describe('Injected when the step starts.'),
  checks: z.array(check).default([]),
  hints: z.array(hint).default([]),
  solution: z.array(command).default([]),
});

export const wrongFix = z.strictObject({
  id,
  step: id.describe('The step whose solution it replaces; the solutions of the steps before it are run first.'),
  says: z.string().optional().describe('Why somebody would try it, and why it is wrong.'),
  run: z.array(command).describe('May be empty: the learner stops here.'),
  through: id.optional().describe('Solutions of the steps after it, up to this one, are run too, and graded.'),
  mustFail: z.array(checkId).min(1).describe('Exactly these checks and guards, of the steps up to `through` or `step`, must not pass.'),
  settle: duration.optional().describe('How long to look before a waiting check counts as failed. Default 5s.'),
});

export const resetScopes = [
  'persistent-volumes',
  'node-labels',
  'node-taints',
  'cordons',
  'static-pods',
  'cluster-roles',
  'coredns',
  'node-folders',
] as const;

/** A lab file. Data only: it cannot run code on the learner's machine. */
export const labSchema = z.strictObject({
  id,
  title: z.string().min(1),
  track: id,
  order: z.number().int().min(1).describe('Place in its track.'),
  source: z
    .array(z.strictObject({ document: z.string(), section: z.string() }))
    .min(1)
    .describe('Where the exercise comes from.'),
  minutes: z.number().int().min(1).max(60),
  needs: z
    .strictObject({
      workers: z.number().int().min(0).max(9).default(0),
      exclusive: z.boolean().default(false).describe('No other lab beside it (implied by cluster-wide faults).'),
      metrics: z.boolean().default(false),
      ingress: z.boolean().default(false),
      taintedControlPlane: z.boolean().default(false),
      images: z.array(z.string()).default([]),
    })
    .prefault({}),
  brief: markdown,
  setup: z.array(setupAction).default([]),
  steps: z.array(step).min(1),
  wrong: z.array(wrongFix).min(2, 'at least two wrong fixes: they show that the checks can fail'),
  reset: z.strictObject({ also: z.array(z.enum(resetScopes)).default([]) }).prefault({}),
  errata: z
    .array(z.strictObject({ printed: z.string(), fact: z.string() }))
    .default([])
    .describe("The source document's errors, corrected."),
  debrief: markdown,
});

export type LabData = z.output<typeof labSchema>;
export type LabStep = z.output<typeof step>;
export type LabCheck = z.output<typeof check>;
export type LabCondition = z.output<typeof condition>;
export type LabPredict = z.output<typeof predict>;
export type LabHint = z.output<typeof hint>;
export type LabWrongFix = z.output<typeof wrongFix>;
export type LabSetupAction = z.output<typeof setupAction>;
export type LabFaultUse = z.output<typeof faultUse>;
export type ResetScope = (typeof resetScopes)[number];

/** A loaded lab: its data and its files' texts, by path relative to the lab's folder. */
export interface Lab extends LabData {
  /** Path of its folder, for messages. */
  folder: string;
  /** `files/` (given to the learner), `start/` (set-up), `solution/`, `wrong/`. */
  files: Record<string, string>;
  /** Runs with no other lab beside it: asked for, or implied by a cluster-wide fault. */
  exclusive: boolean;
}
