import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import deploymentAvailable from '../../../graders/deployment-available.ts';
import httpThroughService from '../../../graders/http-through-service.ts';
import serviceBackends from '../../../graders/service-backends.ts';
import { command } from '../../../src/cli/commands/lab.ts';
import { checkCel } from '../../../src/grading/cel.ts';
import { loadCatalogue } from '../../../src/lab/load.ts';
import { readLabFiles } from '../../../src/system/lab-files.ts';
import { contextIn } from '../../lab/support/cli-context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubedrill-lab-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lab = (args: string[], options: Record<string, unknown> = {}) => {
  const kept = contextIn(folder);
  return command.run(args, { in: join(folder, 'labs'), ...options }, kept.context).then((code) => ({ code, ...kept }));
};

describe('kubedrill lab new', () => {
  test('makes a lab that lints with the real graders and expressions', async () => {
    const { code, printed } = await lab(['new', 'my-track/my-lab'], { title: 'Say "hello"' });
    expect(code).toBe(0);
    expect(printed.slice(1, 6)).toEqual([
      '  lab.yaml',
      '  start/web.yaml',
      '  files/web-service.yaml',
      '  solution/web-service.yaml',
      '  wrong/other-port.yaml',
    ]);
    const graders = new Map(
      [deploymentAvailable, serviceBackends, httpThroughService].map((grader) => [grader.id, grader as { params: z.ZodType }]),
    );
    const { labs, problems } = loadCatalogue(readLabFiles([join(folder, 'labs')]), { graders, faults: new Map(), checkCel });
    expect(problems).toEqual([]);
    expect(labs.map(({ id, track, title, order, wrong }) => [id, track, title, order, wrong.length])).toEqual([
      ['my-lab', 'my-track', 'Say "hello"', 1, 2],
    ]);
  });

  test('puts it behind the labs of its track', async () => {
    await lab(['new', 'my-track/first']);
    await lab(['new', 'other/one']);
    await lab(['new', 'my-track/second']);
    expect(readFileSync(join(folder, 'labs/my-track/second/lab.yaml'), 'utf8')).toContain('\ntitle: "Second"\ntrack: my-track\norder: 2\n');
  });

  test('outside of kubedrill brings the JSON Schema along, and says how to reach the lab', async () => {
    const { printed } = await lab(['new', 'a/b'], { in: join(folder, 'mine') });
    expect(readFileSync(join(folder, 'mine/a/b/lab.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/lab\.schema\.json\n/,
    );
    expect(existsSync(join(folder, 'mine/lab.schema.json'))).toBe(true);
    expect(printed.at(-2)).toMatch(/^ {2}kubedrill verify b --labs .*mine$/);
  });

  test('inside of kubedrill refers to the published one', async () => {
    const { printed } = await lab(['new', 'a/b']);
    expect(readFileSync(join(folder, 'labs/a/b/lab.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/\.\.\/docs\/lab\.schema\.json\n/,
    );
    expect(existsSync(join(folder, 'labs/lab.schema.json'))).toBe(false);
    expect(printed.at(-1)).toBe('  kubedrill start b');
  });

  test('never touches a lab that is there', async () => {
    await lab(['new', 'a/b']);
    writeFileSync(join(folder, 'labs/a/b/lab.yaml'), 'mine');
    await expect(lab(['new', 'a/b'])).rejects.toThrow(`${join(folder, 'labs/a/b')} is there already`);
    expect(readFileSync(join(folder, 'labs/a/b/lab.yaml'), 'utf8')).toBe('mine');
  });

  test.each(['lab', 'a/b/c', '../x/y', 'A/b', ''])('refuses the name "%s"', async (name) => {
    await expect(lab(['new', name])).rejects.toThrow(`a new lab is named <track>/<id>, in lower case and dashes, not "${name}"`);
    expect(existsSync(join(folder, 'labs'))).toBe(false);
  });
});

describe('kubedrill lab lint', () => {
  const broken = () => {
    mkdirSync(join(folder, 'labs/a/b'), { recursive: true });
    writeFileSync(join(folder, 'labs/a/b/lab.yaml'), 'id: b\nid: c\n');
    return join(folder, 'labs/a/b/lab.yaml');
  };

  test('prints each problem on a line of its own and ends with 1', async () => {
    const path = broken();
    const { code, printed, said } = await lab(['lint']);
    expect(code).toBe(1);
    expect(printed).toEqual([`${path}:2:1  the key id is written twice`]);
    expect(said).toEqual(['1 lab: 1 error']);
  });

  test('looks at the labs that are named', async () => {
    broken();
    mkdirSync(join(folder, 'empty'));
    const { code, said } = await lab(['lint', join(folder, 'empty')]);
    expect([code, said]).toEqual([0, ['0 labs: no problems']]);
  });

  test('gives the problems as JSON', async () => {
    const file = broken();
    const { documents, printed } = await lab(['lint', join(folder, 'labs')], { json: true });
    expect(documents).toEqual([
      { ok: false, labs: 1, problems: [{ severity: 'error', file, line: 2, column: 1, at: '', message: 'the key id is written twice' }] },
    ]);
    expect(printed).toEqual([]);
  });

  test('a path that is not there is a mistake in the command', async () => {
    await expect(lab(['lint', join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 'usage',
      message: `there is no lab at ${join(folder, 'nowhere')}`,
    });
  });
});

test('kubedrill lab schema prints the schema that is published', async () => {
  const { documents } = await lab(['schema']);
  expect(documents).toEqual([JSON.parse(readFileSync(new URL('../../../docs/lab.schema.json', import.meta.url), 'utf8'))]);
});

test('another action is a mistake in the command', async () => {
  await expect(lab(['lnit'])).rejects.toThrow('"kubedrill lab lnit" is none of lab new, lab lint, lab schema');
});
