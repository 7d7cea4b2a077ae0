import { z } from 'zod';
import { defineGrader, type Grader } from '../../src/grading/grader.ts';
import { couldNotSee, fail, pass, waiting } from '../../src/grading/verdict.ts';
import { type Lab, labSchema } from '../../src/lab/schema.ts';

/** A lab of one Deployment: two scored checks in two steps, and a guard. */
export function sampleLab(given: { steps?: unknown[] } = {}): Lab {
  const data = labSchema.parse({
    id: 'scale-it',
    title: 'Scale it',
    track: 'rollouts',
    order: 1,
    source: [{ document: 'x', section: 'y' }],
    minutes: 5,
    brief: 'Scale it.',
    steps: given.steps ?? [
      {
        id: 'scale',
        title: 'Scale',
        text: 'Scale it.',
        checks: [
          { id: 'C1', title: 'web has 3 replicas', points: 2, cel: "deployment('web').spec.replicas == 3" },
          {
            id: 'G1',
            title: 'the image is as it was',
            guard: true,
            points: 0,
            cel: "deployment('web').spec.template.spec.containers[0].image == 'kd/web:1.0'",
          },
        ],
      },
      {
        id: 'configure',
        title: 'Configure',
        text: 'Configure it.',
        checks: [{ id: 'C2', title: 'the config says prod', points: 3, cel: "configMap('cfg').data.MODE == 'prod'" }],
      },
    ],
    wrong: [
      { id: 'a', step: 'scale', run: [], mustFail: ['C1'] },
      { id: 'b', step: 'scale', run: [], mustFail: ['C1'] },
    ],
    debrief: 'Scaled.',
  });
  return { ...data, folder: 'labs/rollouts/scale-it', files: {}, exclusive: false };
}

export const deployment = (namespace: string, replicas = 3, image = 'kd/web:1.0') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } },
});

export const config = (namespace: string, mode = 'prod') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cfg', namespace },
  data: { MODE: mode },
});

/** Graders whose verdict is what the test says, by their id. */
export const scripted = {
  /** Asks HTTP. */
  page: defineGrader({
    id: 'page',
    says: 'a page',
    params: z.strictObject({}),
    reads: ['Service'],
    looks: 'behaviour',
    example: '',
    async grade({ probes }) {
      const answer = await probes.http({ url: 'http://web/' });
      if (!answer.ok) return couldNotSee(answer.reason);
      const status = answer.value[0]?.status ?? 0;
      return status === 200 ? pass('200') : fail({ observed: String(status), expected: '200' });
    },
  }),
  /** Reads the recording. */
  recorded: defineGrader({
    id: 'recorded',
    says: 'recorded',
    params: z.strictObject({}),
    reads: [],
    looks: 'recorded',
    example: '',
    grade: ({ timeline }) => (timeline().entries().length > 0 ? pass('recorded') : waiting({ observed: 'nothing', expected: 'something' })),
  }),
  /** Waits until the ConfigMap cfg is there. */
  arriving: defineGrader({
    id: 'arriving',
    says: 'arriving',
    params: z.strictObject({}),
    reads: ['ConfigMap'],
    looks: 'state',
    example: '',
    grade: ({ mirror }) => (mirror.get('ConfigMap', 'cfg') ? pass('it is there') : waiting({ observed: 'not there yet', expected: 'cfg' })),
  }),
};

export const graders = new Map<string, Grader>(Object.values(scripted).map((grader) => [grader.id, grader as unknown as Grader]));
