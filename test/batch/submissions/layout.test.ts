import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSubmissions } from '../../../src/batch/submissions/layout.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const find = (root: string, assignment?: string) => findSubmissions({ root, lab: 'scale-it', assignment, endings: ['.zip', '.yaml'] });
const short = (root: string, assignment?: string) => {
  const { layout, found } = find(root, assignment);
  return {
    layout,
    found: found.map(({ id, name, path, submitted }) => ({
      id,
      name,
      path: path?.slice(root.length + 1),
      submitted: submitted && new Date(submitted).toISOString(),
    })),
  };
};

describe('a folder of submissions', () => {
  it('has one folder or one file for each learner', () => {
    const root = scratchFolder({
      'cyd/a.yaml': '',
      'ada.zip': '',
      'ben.yaml': '',
      'grades.csv': '',
      '.DS_Store': '',
      'cyd/timestamp.txt': '2026-03-01 12:00:00 UTC',
    });
    expect(short(root)).toEqual({
      layout: 'plain',
      found: [
        { id: 'ada', name: undefined, path: 'ada.zip', submitted: undefined },
        { id: 'ben', name: undefined, path: 'ben.yaml', submitted: undefined },
        { id: 'cyd', name: undefined, path: 'cyd', submitted: '2026-03-01T12:00:00.000Z' },
      ],
    });
  });

  it('may not hold two submissions of one learner', () => {
    expect(() => find(scratchFolder({ 'ada.zip': '', 'ada/a.yaml': '' }))).toThrow(/holds more than one submission of "ada"/i);
  });

  it('must be there', () => {
    expect(() => find('/no/such/folder')).toThrow('there is no folder /no/such/folder');
  });
});

describe("nbgrader's folders", () => {
  const files = {
    'submitted/ada/scale-it/a.yaml': '',
    'submitted/ada/scale-it/timestamp.txt': '2026-03-01 12:00:00.5 UTC',
    'submitted/ben/other/a.yaml': '',
  };

  it('are found from the course folder and from submitted/, with who has handed in nothing', () => {
    const root = scratchFolder(files);
    expect(short(root)).toEqual({
      layout: 'nbgrader',
      found: [
        { id: 'ada', name: undefined, path: 'submitted/ada/scale-it', submitted: '2026-03-01T12:00:00.500Z' },
        { id: 'ben', name: undefined, path: undefined, submitted: undefined },
      ],
    });
    expect(find(join(root, 'submitted')).found).toEqual(find(root).found);
  });

  it('take the assignment that is named, or the only one that there is', () => {
    expect(short(scratchFolder(files), 'other').found.map(({ path }) => path)).toEqual([undefined, 'submitted/ben/other']);
    expect(short(scratchFolder({ 'submitted/ada/ps1/a.yaml': '' })).found[0]?.path).toBe('submitted/ada/ps1');
  });

  it('say which assignments there are when it is none of them', () => {
    const root = scratchFolder({ 'submitted/ada/ps1/a.yaml': '', 'submitted/ben/ps2/a.yaml': '' });
    expect(() => find(root)).toThrow(/nobody in .*submitted has handed in the assignment "scale-it"; there are: ps1, ps2/);
  });
});

describe("Gradescope's export", () => {
  const metadata = `submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '100'
    :email: ada@example.org
  - :name: Ben
    :email: ben@example.org
  :created_at: 2026-03-01 12:00:00.123456000 Z
  :score: 3.0
submission_2:
  :submitters:
  - :name: Cyd
`;

  it('gives each of a group the work, and tells who has handed in nothing', () => {
    const root = scratchFolder({ 'submission_metadata.yml': metadata, 'submission_1/a.yaml': '' });
    expect(short(root)).toEqual({
      layout: 'gradescope',
      found: [
        { id: '100', name: 'Ada Lovelace', path: 'submission_1', submitted: '2026-03-01T12:00:00.123Z' },
        { id: 'Cyd', name: 'Cyd', path: undefined, submitted: undefined },
        { id: 'ben@example.org', name: 'Ben', path: 'submission_1', submitted: '2026-03-01T12:00:00.123Z' },
      ],
    });
  });

  it('may not name a folder that lies elsewhere', () => {
    const root = scratchFolder({ 'submission_metadata.yml': '../secret:\n  :submitters: [{:name: x}]\n' });
    mkdirSync(join(root, 'x'));
    expect(() => find(root)).toThrow('names a folder "../secret", which it cannot have');
  });

  it('that cannot be read says where', () => {
    expect(() => find(scratchFolder({ 'submission_metadata.yml': 'a: b: c' }))).toThrow(
      /submission_metadata\.yml cannot be read: line 1: /,
    );
  });

  it('may not have two submissions of one learner', () => {
    const twice = metadata.replace(':name: Cyd', ":name: Cyd\n    :sid: '100'");
    expect(() => find(scratchFolder({ 'submission_metadata.yml': twice }))).toThrow('more than one submission of "100"');
  });
});
