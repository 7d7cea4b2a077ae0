import { LabError } from '../../lab-error.ts';
import { readTar, type TarEntry, tarContent } from './tar.ts';

/** Debian's busybox-static, taken from a root file system that has it. */
export async function busyboxFrom(root: string): Promise<Buffer> {
  const member = (await readTar(root)).find((one) => /^(usr\/)?bin\/busybox$/.test(one.path) && one.size > 0);
  if (!member)
    throw new LabError('build-failed', `there is no busybox in ${root}`, { hint: 'Remove that folder and run the same command again.' });
  return tarContent(root, member);
}

/** Names of its applets, read from the program itself: they are kept as one list, each ended by a zero byte, `[` first. */
export function appletsOf(busybox: Buffer): string[] {
  const start = busybox.indexOf('\0[\0[[\0');
  if (start < 0) return [];
  const names: string[] = [];
  for (let at = start + 1; ; ) {
    const end = busybox.indexOf(0, at);
    const name = busybox.toString('latin1', at, end);
    if (!/^[\w.[-]+$/.test(name)) return names;
    names.push(name);
    at = end + 1;
  }
}

/** A small root file system: busybox, a link for each applet, and who is who. `instead` names applets that another program gives. */
export function busyboxRoot(busybox: Buffer, instead: readonly string[] = []): TarEntry[] {
  const applets = appletsOf(busybox).filter((name) => name !== 'busybox' && !instead.includes(name));
  return [
    { path: 'bin/busybox', content: busybox, mode: 0o755 },
    ...applets.map((name): TarEntry => ({ path: `bin/${name}`, link: 'busybox' })),
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' },
    { path: 'etc/group', content: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: 'etc/nsswitch.conf', content: 'hosts: files dns\n' },
    { path: 'root', directory: true, mode: 0o700 },
    { path: 'tmp', directory: true, mode: 0o1777 },
  ];
}
