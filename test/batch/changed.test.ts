import { describe, expect, it } from 'vitest';
import { changedLabs } from '../../src/batch/changed.ts';

type Subject = Parameters<typeof changedLabs>[0][number];

const lab = (id: string, given: Partial<Record<keyof Subject, unknown>> = {}): Subject =>
  ({
    id,
    folder: `labs/rollouts/${id}`,
    setup: [],
    steps: [],
    wrong: [],
    needs: { images: [] },
    files: {},
    ...given,
  }) as unknown as Subject;

const plain = lab('plain');
const graded = lab('graded', { steps: [{ checks: [{ id: 'C1', all: [{ grader: 'pods-ready', with: {} }] }] }] });
const broken = lab('broken', { setup: [{ fault: { use: 'bad-image', with: {} } }], folder: '/home/x/kubedrill/labs/rollouts/broken' });
const imaged = lab('imaged', { files: { 'start/web.yaml': 'image: kd/web:1.0' }, needs: { images: ['kd/burn:1.0'] } });
const labs = [plain, graded, broken, imaged];

const changed = (...paths: string[]) => changedLabs(labs, paths.join('\n')).map(({ id }) => id);

describe('labs that a change may have broken', () => {
  it.each([
    ['a file of the lab', 'labs/rollouts/plain/files/web.yaml', ['plain']],
    ['a file of a lab that is known by its absolute path', 'labs/rollouts/broken/lab.yaml', ['broken']],
    ['a grader that the lab uses in a list of conditions', 'graders/pods-ready.ts', ['graded']],
    ['what all graders share', 'src/grading/cel.ts', ['plain', 'graded', 'broken', 'imaged']],
    ['a fault that the lab uses', 'src/faults/catalogue/bad-image.ts', ['broken']],
    ['an image in a manifest of the lab', 'images/apps/web/main.go', ['imaged']],
    ['an image that the lab needs', 'images/apps/burn/main.go', ['imaged']],
    ['what all images share', 'images/apps/internal/serve/serve.go', ['imaged']],
    ['a grader that no lab uses', 'graders/dns.ts', []],
    ['a lab whose name begins alike', 'labs/rollouts/plain-2/lab.yaml', []],
    ['documentation', 'docs/safety.md', []],
  ])('%s', (_, path, expected) => {
    expect(changed(path)).toEqual(expected);
  });

  it('are named once, in the order of the catalogue', () => {
    expect(changed('graders/pods-ready.ts', 'labs/rollouts/graded/lab.yaml', 'labs/rollouts/plain/lab.yaml')).toEqual(['plain', 'graded']);
  });

  it('are found under names that git quotes', () => {
    const umlaut = lab('u', { folder: 'labs/rollouts/\u00fcbung' });
    expect(changedLabs([umlaut], '"labs/rollouts/\\303\\274bung/a \\"b\\".yaml"\r\n').map(({ id }) => id)).toEqual(['u']);
  });

  it('are none when nothing changed', () => {
    expect(changed('')).toEqual([]);
  });
});
