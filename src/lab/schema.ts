import { z } from 'zod';

/** `30s`, `2m`, `1500ms` -> milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m)$/, 'a duration such as 30s, 2m or 500ms')
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : text.endsWith('m') ? 60_000 : 1000))
  .meta({ id: 'duration', description: 'A duration: 500ms, 30s, 2m.' });

const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by dashes')
  .meta({ id: 'id', description: 'Lower-case words joined by dashes.' });
const checkId = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'letters, digits and dashes')
  .meta({ id: 'check-id', description: 'C1 ... for checks, G1 ... for guards.' });
const markdown = z.string().min(1).meta({ id: 'markdown', description: 'Markdown.' });
/** A command: `kubectl ...`, split without a shell, or one of the closed acts (`@delete-pod ...`). See `lab/command.ts`. */
const command = z
  .string()
  .regex(/^(kubectl|@[a-z-]+)( |$)/, 'a kubectl command or an @act')
  .meta({ id: 'command', description: 'A kubectl command (split without a shell), or an @act.' });

const graderUse = {
  grader: z.string().describe('Id of a grader: see docs/graders.md.'),
  with: z.record(z.string(), z.unknown()).default({}).describe("The grader's parameters."),
};
const celUse = {
  cel: z.string().min(1).describe('A CEL expression that must be true: see docs/graders.md.'),
  says: z.string().min(1).describe('What holds, in words: shown when it does not.'),
};
const look = z.string().optional().describe('A command with which a person looks closer.');

export const condition = z
  .union([z.strictObject({ ...graderUse, stable: duration.optional() }), z.strictObject({ ...celUse, look, stable: duration.optional() })])
  .meta({ id: 'condition', description: 'A grader with its parameters, or a CEL expression.' });

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

export const check = z
  .union([
    z.strictObject({ ...checkBase, ...graderUse }),
    z.strictObject({ ...checkBase, ...celUse, says: celUse.says.optional(), look }),
    z.strictObject({ ...checkBase, all: z.array(condition).min(1).describe('All of these must hold.') }),
  ])
  .meta({ id: 'check', description: 'One graded statement: a grader, a CEL expression, or several of them.' });

export const faultUse = z
  .strictObject({
    use: z.string().describe('Id of a fault: kubedrill faults lists them.'),
    with: z.record(z.string(), z.unknown()).default({}).describe("The fault's parameters."),
  })
  .meta({ id: 'fault', description: 'A fault and its parameters.' });

export const setupAction = z
  .union([
    z.strictObject({
      apply: z.union([z.string(), z.array(z.string()).min(1)]).describe('Manifests: start/x.yaml, or x.yaml for files/x.yaml.'),
    }),
    z.strictObject({ run: command.describe('A command.') }),
    z.strictObject({ wait: z.strictObject({ ...graderUse, within: duration.optional() }) }),
    z.strictObject({ wait: z.strictObject({ ...celUse, within: duration.optional() }) }),
    z.strictObject({ fault: faultUse }),
    z.strictObject({
      traffic: z
        .strictObject({
          name: id.default('traffic'),
          target: z.string().describe('e.g. http://shop/'),
          rate: z.number().positive().max(200).default(20).describe('Requests per second, each on a fresh connection.'),
          timeoutMs: z.number().int().positive().default(2000),
          by: z.enum(['name', 'cluster-ip']).default('cluster-ip').describe('cluster-ip keeps DNS out of the path.'),
        })
        .describe('A Pod that asks again and again, and writes down every answer.'),
    }),
  ])
  .meta({ id: 'set-up-action', description: 'apply manifests, run a command, wait for a condition, inject a fault, or start traffic.' });

export const predict = z
  .strictObject({
    ask: z.string().min(1).describe('A question that is asked before acting; never scored.'),
    choices: z.array(z.string()).min(2).optional(),
    answer: z
      .union([
        z.number().int().min(0).describe('Index into choices.'),
        z.strictObject({ cel: z.string() }).describe('Computed live; the learner types it or picks it.'),
      ])
      .describe('The right answer.'),
    why: z.string().min(1).describe('Shown with the answer.'),
  })
  .meta({ id: 'predict' });

export const hint = z
  .strictObject({
    text: markdown,
    cost: z.number().int().min(0).max(5).default(0).describe('Points that the step loses when this hint is opened.'),
    when: z.strictObject({ cel: z.string() }).optional().describe('State-driven: offered first while this holds.'),
  })
  .meta({ id: 'hint' });

export const step = z
  .strictObject({
    id,
    title: z.string().min(1).describe('Shown in the list of steps.'),
    text: markdown,
    try: z.array(z.string()).default([]).describe('Commands offered to the learner.'),
    predict: z
      .union([predict.transform((one) => [one]), z.array(predict)])
      .default([])
      .describe('One question, or several.'),
    fault: faultUse.optional().describe('Injected when the step starts.'),
    checks: z.array(check).default([]).describe('What is graded. Without checks the step is for reading and predicting.'),
    hints: z.array(hint).default([]).describe('Tiers: from a nudge to nearly the answer. Needed where there are checks.'),
    solution: z.array(command).default([]).describe('Makes the checks of this step pass. Needed where there are checks.'),
  })
  .meta({ id: 'step' });

export const wrongFix = z
  .strictObject({
    id,
    step: id.describe('The step whose solution it replaces; the solutions of the steps before it are run first.'),
    says: z.string().optional().describe('Why somebody would try it, and why it is wrong.'),
    run: z.array(command).describe('May be empty: the learner stops here.'),
    through: id.optional().describe('Solutions of the steps after it, up to this one, are run too, and graded.'),
    mustFail: z.array(checkId).min(1).describe('Exactly these checks and guards, of the steps up to `through` or `step`, must not pass.'),
    settle: duration.optional().describe('How long to look before a waiting check counts as failed. Default 5s.'),
    undo: z
      .array(command)
      .optional()
      .describe(
        'How it is taken back, the solutions up to `through` included; may be empty. It is then proved in the run of the solution, before that of its step, and not in a drill of its own.',
      ),
  })
  .meta({ id: 'wrong-fix', description: 'What a learner might well try, and which checks must see through it.' });

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
  id: id.describe('The name of its folder.'),
  title: z.string().min(1),
  track: id.describe('The name of the folder above.'),
  order: z.number().int().min(1).describe('Place in its track.'),
  source: z
    .array(z.strictObject({ document: z.string(), section: z.string() }))
    .min(1)
    .describe('Where the exercise comes from.'),
  minutes: z.number().int().min(1).max(60).describe('How long it takes a learner.'),
  needs: z
    .strictObject({
      workers: z.number().int().min(0).max(9).default(0).describe('Worker nodes at least.'),
      exclusive: z.boolean().default(false).describe('No other lab beside it (implied by cluster-wide faults).'),
      metrics: z.boolean().default(false).describe('The metrics API answers.'),
      ingress: z.boolean().default(false).describe('An ingress controller runs.'),
      taintedControlPlane: z.boolean().default(false).describe('The control plane takes no ordinary Pods.'),
      localVolumes: z.boolean().default(false).describe('A volume belongs to one node: Pods elsewhere cannot mount it.'),
      images: z.array(z.string()).default([]).describe('Images beyond kd/* that must be on the nodes.'),
    })
    .prefault({})
    .describe('What the cluster must have.'),
  brief: markdown.describe('Markdown: what happened, and what to achieve.'),
  setup: z.array(setupAction).default([]).describe('Brings the namespace to the start state, in this order.'),
  steps: z.array(step).min(1),
  wrong: z.array(wrongFix).min(2, 'at least two wrong fixes: they show that the checks can fail').describe('At least two.'),
  reset: z
    .strictObject({ also: z.array(z.enum(resetScopes)).default([]) })
    .prefault({})
    .describe('What must be restored beyond the namespace.'),
  errata: z
    .array(z.strictObject({ printed: z.string(), fact: z.string() }))
    .default([])
    .describe("The source document's errors, corrected."),
  debrief: markdown.describe('Markdown, shown at the end: what was learned.'),
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
