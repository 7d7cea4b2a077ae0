import { readFileSync, statSync } from 'node:fs';

const maxBytes = 256 * 1024;

/** The text of a kubeconfig that a roster names, or why it cannot be read. A pipe or a device is never opened. */
export function readKubeconfig(path: string): { text: string } | { reason: string } {
  const cannot = (why: string) => ({ reason: `kubeconfig ${path} cannot be read: ${why}` });
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return cannot('it is no plain file');
    if (stat.size > maxBytes) return cannot(`it has ${stat.size} bytes, at most ${maxBytes} are read`);
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return cannot(code === 'ENOENT' ? 'it is not there' : String(code ?? error));
  }
}
