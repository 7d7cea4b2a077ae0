import { describe, expect, it } from 'vitest';
import { gradeWork } from '../../src/batch/grade-work.ts';
import type { Graded } from '../../src/batch/mark.ts';
import type { OpenWork, Sight } from '../../src/batch/work.ts';
import { CannotSee } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import type { Lab } from '../../src/lab/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { mirrorOf } from '../support/fake-mirror.ts';
import { fakeProbes, page, seen } from '../support/fake-probes.ts';
import { config, deployment, graders, sampleLab } from './sample-lab.ts';

const namespace = 'drill-ada';
type Moment = { after: number; objects?: KubeObject[]; blind?: string; forbidden?: 'ConfigMap'[] };

const cannot = (reason: string) => () => {
  throw new CannotSee(reason);
};

function graded(
  lab: Lab,
  moments: Moment[],
  given: Partial<OpenWork> = {},
): { result: Promise<Graded>; clock: FakeClock; looks: () => number } {
  const clock = new FakeClock();
  const started = clock.now();
  let looks = 0;
  const at = (now: number): Moment => moments.findLast((moment) => now - started >= moment.after) ?? moments[0]!;
  const sightOf = (moment: Moment, now: number): Sight =>
    moment.blind
      ? { seen: false, at: now, reason: moment.blind }
      : { seen: true, at: now, view: mirrorOf(moment.objects ?? [], { namespace, unseen: moment.forbidden ?? [] }) };
  const work: OpenWork = {
    namespace,
    how: 'final',
    look: async () => {
      looks += 1;
      if (work.how !== 'stored') return sightOf(at(clock.now()), clock.now());
      const moment = moments[looks - 1];
      return moment && sightOf(moment, started + moment.after);
    },
    probes: () => fakeProbes(),
    timeline: cannot('the drill was not recorded'),
    baseline: cannot('no set-up was recorded'),
    cluster: cannot('the nodes are not known'),
    notes: [],
    close: async () => undefined,
    ...given,
  };
  return { result: gradeWork(lab, work, { graders, clock, signal: new AbortController().signal }), clock, looks: () => looks };
}

const one = (check: Record<string, unknown>) =>
  sampleLab({ steps: [{ id: 's', title: 's', text: 's', checks: [{ id: 'C1', title: 'it is so', points: 2, ...check }] }] });

const done = [deployment(namespace), config(namespace)];
const verdicts = (result: Graded) => result.checks.map(({ id, verdict, points }) => `${id} ${verdict} ${points}`);

describe('grading a live final state', () => {
  it('adds up the points of what passes', async () => {
    const { result, looks } = graded(sampleLab(), [{ after: 0, objects: done }]);
    expect(await result).toMatchObject({ outcome: 'graded', score: 5, of: 5, ungraded: [] });
    expect(looks()).toBe(1);
  });

  it('takes the first mismatch of the state as the answer', async () => {
    const { result, looks } = graded(sampleLab(), [{ after: 0, objects: [deployment(namespace, 1), config(namespace)] }]);
    expect(await result).toMatchObject({ outcome: 'graded', score: 3, of: 5 });
    expect(looks()).toBe(1);
  });

  it('gives a step nothing while a guard of it is broken', async () => {
    const result = await graded(sampleLab(), [{ after: 0, objects: [deployment(namespace, 3, 'nginx'), config(namespace)] }]).result;
    expect(result).toMatchObject({ outcome: 'graded', score: 3 });
    expect(verdicts(result)).toEqual(['C1 pass 0', 'G1 fail 0', 'C2 pass 3']);
  });

  it('waits within its bound for what is on its way', async () => {
    const lab = one({ grader: 'arriving' });
    expect(await graded(lab, [{ after: 0 }, { after: 3000, objects: done }]).result).toMatchObject({ outcome: 'graded', score: 2 });
    const never = await graded(lab, [{ after: 0 }]).result;
    expect(never.checks[0]).toMatchObject({ verdict: 'fail', observed: 'not there yet (still so after 15 s)', expected: 'cfg' });
  });

  it('lets a pass count only once it has held', async () => {
    const lab = one({ cel: "deployment('web').spec.replicas == 3", stable: '3s' });
    const { result, clock } = graded(lab, [{ after: 0, objects: done }]);
    const started = clock.now();
    expect(await result).toMatchObject({ score: 2 });
    expect(clock.now() - started).toBe(3000);
    const flapping = graded(lab, [
      { after: 0, objects: done },
      { after: 2000, objects: [deployment(namespace, 1)] },
    ]);
    expect(await flapping.result).toMatchObject({ outcome: 'graded', score: 0 });
  });

  it('gives behaviour its whole bound, as a drill does', async () => {
    const lab = one({ grader: 'page' });
    let asked = 0;
    const http = async () => seen([page('', ++asked < 4 ? 503 : 200)]);
    expect(await graded(lab, [{ after: 0 }], { probes: () => fakeProbes({ http }) }).result).toMatchObject({ score: 2 });
    const broken = await graded(lab, [{ after: 0 }], { probes: () => fakeProbes({ http: async () => seen([page('', 503)]) }) }).result;
    expect(broken.checks[0]).toMatchObject({ verdict: 'fail', observed: '503' });
  });

  it('looks at a check only after those that it comes after', async () => {
    const steps = [
      {
        id: 's',
        title: 's',
        text: 's',
        checks: [
          { id: 'C2', title: 'two', cel: 'true', after: ['C1'] },
          { id: 'C1', title: 'one', cel: "deployment('web').spec.replicas == 3" },
        ],
      },
    ];
    expect(verdicts(await graded(sampleLab({ steps }), [{ after: 0, objects: done }]).result)).toEqual(['C2 pass 1', 'C1 pass 1']);
    const failed = await graded(sampleLab({ steps }), [{ after: 0, objects: [deployment(namespace, 1)] }]).result;
    expect(failed.checks[0]).toMatchObject({ verdict: 'fail', observed: 'C1 not passed yet' });
  });
});

describe('what could not be seen', () => {
  it('gives no score when the cluster stays away', async () => {
    const { result, looks } = graded(sampleLab(), [{ after: 0, blind: 'no answer from https://x' }]);
    expect(await result).toEqual({ outcome: 'blind', reason: 'no answer from https://x', checks: [] });
    expect(looks()).toBe(3);
  });

  it('is looked at again: a cluster that answers the second time is graded', async () => {
    expect(
      await graded(sampleLab(), [
        { after: 0, blind: 'away' },
        { after: 400, objects: done },
      ]).result,
    ).toMatchObject({ score: 5 });
  });

  it('gives no score when one kind could not be listed, however much the rest would be worth', async () => {
    const result = await graded(sampleLab(), [{ after: 0, objects: [deployment(namespace)], forbidden: ['ConfigMap'] }]).result;
    expect(result).toMatchObject({ outcome: 'blind', reason: 'C2: cannot list configmaps: not in this mirror' });
  });

  it('gives no score when a probe does not answer', async () => {
    const result = await graded(one({ grader: 'page' }), [{ after: 0 }]).result;
    expect(result).toMatchObject({ outcome: 'blind', reason: 'C1: http: not in this test' });
  });

  it('is left out of the score when nobody recorded it', async () => {
    const steps = [
      {
        id: 's',
        title: 's',
        text: 's',
        checks: [
          { id: 'C1', title: 'one', points: 2, cel: "deployment('web').spec.replicas == 3" },
          { id: 'C2', title: 'two', points: 4, grader: 'recorded' },
          { id: 'C3', title: 'three', points: 1, cel: 'true', after: ['C2'] },
        ],
      },
    ];
    const result = await graded(sampleLab({ steps }), [{ after: 0, objects: done }]).result;
    expect(result).toMatchObject({ outcome: 'graded', score: 2, of: 7, ungraded: ['C2', 'C3'] });
    expect(result.checks.slice(1)).toMatchObject([
      { verdict: 'error', evidence: 'the drill was not recorded', points: 0 },
      { verdict: 'error', evidence: 'it comes after C2, which could not be graded', points: 0 },
    ]);
  });

  it('gives no score when all of it was never seen: that is no zero', async () => {
    expect(await graded(one({ grader: 'recorded' }), [{ after: 0 }]).result).toMatchObject({
      outcome: 'blind',
      reason: 'nothing of it could be graded: C1: the drill was not recorded',
    });
  });

  it('is never a fail when the grader itself broke', async () => {
    expect(await graded(one({ grader: 'no-such-grader' }), [{ after: 0 }]).result).toMatchObject({
      outcome: 'blind',
      reason: 'C1: there is no grader no-such-grader',
    });
  });
});

describe('grading what was just made', () => {
  const converging = { how: 'converging' as const };

  it('gives a mismatch its time while things move', async () => {
    const moments = [0, 2000, 4000, 8000].map((after, index) => ({
      after,
      objects: [
        { ...deployment(namespace, index), metadata: { name: 'web', namespace, resourceVersion: String(index) } },
        config(namespace),
      ],
    }));
    expect(await graded(sampleLab(), moments, converging).result).toMatchObject({ outcome: 'graded', score: 5 });
  });

  it('believes a mismatch once nothing has moved for ten seconds', async () => {
    const { result, clock } = graded(sampleLab(), [{ after: 0, objects: [deployment(namespace, 1), config(namespace)] }], converging);
    const started = clock.now();
    expect(await result).toMatchObject({ score: 3 });
    expect(clock.now() - started).toBeLessThan(13_000);
  });

  it('does not believe a pass that is gone when everything else has come', async () => {
    const lab = sampleLab({
      steps: [
        {
          id: 's',
          title: 's',
          text: 's',
          checks: [
            { id: 'C1', title: 'no web', cel: 'deployments().size() == 0' },
            { id: 'C2', title: 'cfg', grader: 'arriving' },
          ],
        },
      ],
    });
    const result = await graded(lab, [{ after: 0 }, { after: 2000, objects: done }], converging).result;
    expect(verdicts(result)).toEqual(['C1 fail 0', 'C2 pass 1']);
  });
});

describe('grading stored looks', () => {
  const stored = {
    how: 'stored' as const,
    probes: () => fakeProbes({ http: async () => cannot('needs a live cluster: no HTTP in a snapshot')() }),
  };

  it('takes no time, and measures none', async () => {
    const { result, clock } = graded(sampleLab(), [{ after: 0, objects: done }], stored);
    const started = clock.now();
    expect(await result).toMatchObject({ score: 5, checks: [{ ms: null }, { ms: null }, { ms: null }] });
    expect(clock.now()).toBe(started);
  });

  it('cannot show behaviour: that is left out, never passed', async () => {
    const steps = [
      {
        id: 's',
        title: 's',
        text: 's',
        checks: [
          { id: 'C1', title: 'one', grader: 'page' },
          { id: 'C2', title: 'two', cel: 'true' },
        ],
      },
    ];
    const result = await graded(sampleLab({ steps }), [{ after: 0, objects: done }], stored).result;
    expect(result).toMatchObject({
      score: 1,
      of: 2,
      ungraded: ['C1'],
      checks: [{ verdict: 'error', evidence: 'needs a live cluster: no HTTP in a snapshot' }, { verdict: 'pass' }],
    });
  });

  it('shows that a pass held only for as long as it looked', async () => {
    const lab = one({ cel: "deployment('web').spec.replicas == 3", stable: '3s' });
    expect(
      await graded(
        lab,
        [
          { after: 0, objects: done },
          { after: 1500, objects: done },
          { after: 3000, objects: done },
        ],
        stored,
      ).result,
    ).toMatchObject({ score: 2 });
    const short = await graded(
      lab,
      [
        { after: 0, objects: done },
        { after: 1000, objects: done },
      ],
      stored,
    ).result;
    expect(short).toMatchObject({
      outcome: 'blind',
      reason: 'nothing of it could be graded: C1: needs a live cluster: it must hold for 3 s, the snapshot saw 1 s',
    });
  });

  it('takes the last look as the state', async () => {
    const result = graded(
      sampleLab(),
      [
        { after: 0, objects: [deployment(namespace, 1), config(namespace)] },
        { after: 500, objects: done },
      ],
      stored,
    ).result;
    expect(await result).toMatchObject({ score: 5 });
  });

  it('fails what did not come within its bound, and leaves out what had no time to come', async () => {
    const lab = one({ grader: 'arriving' });
    expect(await graded(lab, [{ after: 0 }, { after: 15_000 }], stored).result).toMatchObject({ outcome: 'graded', score: 0 });
    expect(await graded(lab, [{ after: 0 }], stored).result).toMatchObject({
      outcome: 'blind',
      reason:
        'nothing of it could be graded: C1: needs a live cluster: it was still on its way when the snapshot was taken: not there yet, wanted cfg',
    });
  });

  it('costs what the drill cost', async () => {
    const costs = { solved: ['configure'], hints: { scale: 1 } };
    expect(await graded(sampleLab(), [{ after: 0, objects: done }], { ...stored, costs }).result).toMatchObject({
      score: 1,
      notes: ['step scale: hints cost 1', 'step configure: its solution was shown, it earns nothing'],
    });
  });
});

describe('grading that is cancelled', () => {
  it('gives no result at all', async () => {
    const stop = new AbortController();
    const clock = new FakeClock(0, () => stop.abort(new Error('its time is over')));
    const work = {
      namespace,
      how: 'final',
      look: async () => ({ seen: true, at: 0, view: mirrorOf([], { namespace }) }),
      probes: () => fakeProbes(),
      notes: [],
    } as unknown as OpenWork;
    await expect(gradeWork(one({ grader: 'arriving' }), work, { graders, clock, signal: stop.signal })).rejects.toThrow('its time is over');
  });
});
