import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeApi } from '../kube/api.ts';
import { connect } from '../kube/connect.ts';

/** No answer of a learner's cluster needs more. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Connects by the text of a kubeconfig, which lies in a private file for no longer than it is read. Every answer is bounded.
 * `connections`: at most so many at a time; a watch holds one for itself.
 */
export async function connectPrivately(kubeconfig: string, connections?: number): Promise<KubeApi> {
  const folder = mkdtempSync(join(tmpdir(), 'kubedrill-'));
  try {
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, kubeconfig, { mode: 0o600 });
    return withBounds(await connect(path, { connections }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An API whose server is not trusted to end its answers. */
export function withBounds(api: KubeApi): KubeApi {
  return {
    server: api.server,
    request: (method, path, request) => api.request(method, path, { maxBytes, ...request }),
    watch: (path, query, signal, onOpen) => api.watch(path, query, signal, onOpen),
    exec: (request) => api.exec(request),
    close: () => api.close(),
  };
}
