import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../../src/cli/commands/list.ts';
import { saveDrill } from '../../../src/store/drills.ts';
import { contextIn } from '../../lab/support/cli-context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubedrill-list-'));
  put('labs/tracks.yaml', '- {id: second, title: The second}\n- {id: first, title: The first}\n');
  put('labs/first/pods/lab.yaml', labYaml('pods', 'first', 1));
  put('labs/second/nodes/lab.yaml', labYaml('nodes', 'second', 1, 'needs: {workers: 2, exclusive: true}'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const labYaml = (id: string, track: string, order: number, more = '') => `id: ${id}
title: All about ${id}
track: ${track}
order: ${order}
source: [{document: Notes, section: One}]
minutes: 5
${more}
brief: Do it.
steps:
  - id: one
    title: One
    text: Do it.
    checks:
      - {id: C1, title: Done, cel: 'size(pods()) > 0', points: 3}
      - {id: C2, title: Well done, cel: 'size(pods()) > 1'}
      - {id: G1, title: Nothing else, cel: 'size(services()) == 0', guard: true}
    hints: [{text: Look.}]
    solution: [kubectl run a --image=kd/web:1.0]
wrong:
  - {id: nothing, step: one, run: [], mustFail: [C1]}
  - {id: less, step: one, run: [], mustFail: [C2]}
debrief: Done.
`;

const list = async (options: Record<string, unknown> = {}) => {
  const kept = contextIn(folder);
  const code = await command.run([], options, kept.context);
  return { code, ...kept };
};

const finished = (
  lab: string,
  best: { score: number; of: number; passed: boolean; at: number } | undefined,
  context: Parameters<typeof command.run>[2],
) =>
  saveDrill(context.paths, {
    lab,
    cluster: 'kubedrill',
    namespace: `drill-${lab}`,
    phase: best ? 'finished' : 'running',
    startedAt: 0,
    current: 0,
    steps: {},
    latched: [],
    predicted: {},
    attempts: 1,
    fingerprint: {},
    best,
  });

test('labs are listed by track, with how far one is', async () => {
  const { context } = contextIn(folder);
  finished('pods', { score: 3, of: 4, passed: true, at: 0 }, context);
  const { code, printed, said } = await list();
  expect(code).toBe(0);
  expect(printed).toEqual([
    'The second',
    '  new      nodes  All about nodes   5 min  4 points, needs the cluster alone',
    '',
    'The first',
    '  passed   pods   All about pods    5 min  3 of 4 points',
    '',
  ]);
  expect(said).toEqual(['1 of 2 labs passed. Next: kubedrill start nodes']);
});

test('the JSON has the shape that programs may rely on', async () => {
  const { context } = contextIn(folder);
  finished('nodes', undefined, context);
  const { documents, printed } = await list({ json: true });
  expect(printed).toEqual([]);
  expect(documents).toEqual([
    [
      {
        id: 'nodes',
        track: 'second',
        title: 'All about nodes',
        source: [{ document: 'Notes', section: 'One' }],
        minutes: 5,
        needs: { workers: 2, exclusive: true, metrics: false, ingress: false, taintedControlPlane: false, localVolumes: false, images: [] },
        exclusive: true,
        steps: 1,
        points: 4,
        earned: 0,
        state: 'started',
      },
      expect.objectContaining({ id: 'pods', exclusive: false, state: 'new' }),
    ],
  ]);
});

test('folders from elsewhere add their labs; their tracks come last', async () => {
  put('more/extra/x/lab.yaml', labYaml('x', 'extra', 1));
  const { printed } = await list({ labs: [join(folder, 'more')] });
  expect(printed.slice(-3)).toEqual(['extra', '  new      x      All about x       5 min  4 points', '']);
});

test('a broken lab is named, and nothing is listed', async () => {
  put('labs/first/pods/lab.yaml', labYaml('pods', 'first', 1).replace('minutes', 'minuts'));
  await expect(list()).rejects.toMatchObject({
    code: 'lab-invalid',
    message: expect.stringContaining('pods/lab.yaml:6:1  minuts  unknown key "minuts", did you mean "minutes"?'),
  });
});
