import { describe, expect, it } from 'vitest';
import { appletsOf, busyboxRoot } from '../../../src/cluster/bootstrap/busybox.ts';

const program = Buffer.from('\x7fELF usage\0[\0not the list\0\0[\0[[\0ash\0busybox\0cat\0nslookup\0sh\0wget\0\0\x01\x02', 'latin1');

describe('busybox', () => {
  it('names its applets itself', () => {
    expect(appletsOf(program)).toEqual(['[', '[[', 'ash', 'busybox', 'cat', 'nslookup', 'sh', 'wget']);
  });

  it('gets a link for each applet but for those that another program gives', () => {
    const paths = busyboxRoot(program, ['wget', 'nslookup']).map((entry) => ('path' in entry ? entry.path : ''));
    expect(paths.filter((path) => path.startsWith('bin/'))).toEqual(['bin/busybox', 'bin/[', 'bin/[[', 'bin/ash', 'bin/cat', 'bin/sh']);
  });
});
