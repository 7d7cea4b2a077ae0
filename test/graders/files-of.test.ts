import { describe, expect, it } from 'vitest';
import filesOf from '../../graders/files-of.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { ran, seen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod } from '../support/objects.ts';

const withVolume = (source: object, mount: object = {}) =>
  pod({
    name: 'p',
    container: 'web',
    spec: {
      containers: [{ name: 'web', image: 'kd/web:1.0', volumeMounts: [{ name: 'v', mountPath: '/secrets/', ...mount }] }],
      volumes: [{ name: 'v', ...source }],
    },
  });
const secret = withVolume({ secret: { secretName: 'my-secrets' } }, { readOnly: true });
const files = { '/secrets/secret1.txt': { equals: 'This is a secret' } };
const grade = (params: object, disk: Record<string, string>, one = secret) =>
  gradeWith(
    filesOf as unknown as Grader,
    { pod: 'p', files, ...params },
    {
      mirror: [one],
      probes: {
        exec: async ({ command: [program, path = ''] }) => {
          if (program === 'ls')
            return seen(
              ran(
                `${Object.keys(disk)
                  .map((file) => file.slice(path.length + 1))
                  .join('\n')}\n`,
              ),
            );
          return seen(disk[path] === undefined ? ran('', 1, 'cat: no such file') : ran(disk[path]));
        },
      },
    },
  );

describe('files in a container', () => {
  it('pass with their content, from their volume', async () => {
    const mount = { path: '/secrets', secret: 'my-secrets', readOnly: true, subPath: false };
    expect(await grade({ only: '/secrets', mount }, { '/secrets/secret1.txt': 'This is a secret' })).toEqual({
      verdict: 'pass',
      evidence: '1 file right in 1 Pod of Pod p',
    });
  });

  it('fail with another content, to the last byte', async () => {
    expect(await grade({}, { '/secrets/secret1.txt': 'This is a secret\n' })).toMatchObject({
      verdict: 'fail',
      observed: 'This is a secret with a line break at its end',
      expected: 'This is a secret without one',
      field: 'file /secrets/secret1.txt in Pod p',
      look: 'kubectl exec p -- cat /secrets/secret1.txt',
    });
    expect(await grade({}, {})).toMatchObject({ verdict: 'fail', observed: 'no such file', expected: 'This is a secret' });
    expect(await grade({ files: { '/a': { matches: '^x' } } }, { '/a': 'yx' })).toMatchObject({ verdict: 'fail', observed: 'yx' });
    expect((await grade({ files: { '/a': { absent: true } } }, { '/a': 'y' })).verdict).toBe('fail');
    expect((await grade({ files: { '/a': { absent: true } } }, {})).verdict).toBe('pass');
  });

  it('fail when others lie beside them', async () => {
    expect(await grade({ only: '/secrets' }, { '/secrets/secret1.txt': 'This is a secret', '/secrets/x': '' })).toMatchObject({
      verdict: 'fail',
      observed: 'secret1.txt, x',
      expected: 'secret1.txt',
      field: 'folder /secrets in Pod p',
    });
  });

  it('fail when they come from elsewhere', async () => {
    const disk = { '/secrets/secret1.txt': 'This is a secret' };
    const mount = { path: '/secrets', secret: 'my-secrets' };
    expect(await grade({ mount }, disk, withVolume({ configMap: { name: 'my-secrets' } }))).toMatchObject({
      verdict: 'fail',
      observed: 'configMap my-secrets',
      expected: 'secret my-secrets',
      field: 'Pod p spec.volumes[name=v]',
    });
    expect(await grade({ mount }, disk, withVolume({ emptyDir: {} }))).toMatchObject({ verdict: 'fail', observed: 'something else' });
    expect(await grade({ mount: { ...mount, readOnly: true } }, disk, withVolume({ secret: { secretName: 'my-secrets' } }))).toMatchObject({
      verdict: 'fail',
      observed: 'readOnly false',
    });
    expect(await grade({ mount: { path: '/etc' } }, disk)).toMatchObject({
      verdict: 'fail',
      observed: 'mounts at /secrets/',
      expected: 'one at /etc',
    });
    expect(await grade({ mount: { ...mount, subPath: true } }, disk)).toMatchObject({ verdict: 'fail', observed: 'the whole volume' });
  });
});
