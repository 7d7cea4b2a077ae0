import { createSecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { LabError } from '../lab-error.ts';
import { bounded, unlessAborted } from './bounded.ts';

/** Where a kubeconfig leads, and as whom. */
export interface Credentials {
  config: KubeConfig;
  server: string;
  /** A fresh set of connections, `most` at a time (default: as many as there are requests); each owns its sockets. */
  newDispatcher(most?: number): Dispatcher;
  /** Headers that say who asks; from memory unless a plug-in gives tokens that expire. */
  headers(): Promise<Record<string, string>>;
}

/** A credential plug-in has no time-out of its own. */
const plugInBoundMs = 30_000;

type TlsOptions = Parameters<KubeConfig['createDispatcherOptions']>[1];

const unusable = (path: string, why: string, cause?: unknown): LabError =>
  new LabError('no-cluster', `the kubeconfig ${path} cannot be used: ${why}`, { hint: 'Make a cluster: kubedrill up', cause });

/** Reads this kubeconfig and no other: neither the environment nor the home folder is looked at. */
export async function readCredentials(path: string, context?: string): Promise<Credentials> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw unusable(path, code === 'ENOENT' ? 'there is no such file' : message, cause);
  }
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) throw unusable(path, `its context ${config.getCurrentContext()} leads to no cluster`);

  const tls: Record<string, unknown> = {};
  let connection: ReturnType<KubeConfig['createDispatcherOptions']>;
  try {
    using bound = bounded([], plugInBoundMs);
    await unlessAborted(config.applyToHTTPSOptions(tls), bound.signal);
    connection = config.createDispatcherOptions(cluster, tls as TlsOptions);
  } catch (cause) {
    const slow = (cause as Error).name === 'AbortError';
    throw unusable(path, slow ? `its credential plug-in gave none within ${plugInBoundMs / 1000} s` : (cause as Error).message, cause);
  }
  if (connection.type === 'socks') throw unusable(path, `it goes through the SOCKS proxy ${connection.uri}, which kubedrill cannot`);
  const reached = connection;
  const user = config.getCurrentUser();
  const basic: Record<string, string> = user?.username
    ? { authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}` }
    : {};
  const headersOf = (from: Record<string, unknown>): Record<string, string> => ({ ...basic, ...(from.headers as Record<string, string>) });
  const fixed = headersOf(tls);
  const expires = Boolean(user?.exec || user?.authProvider);

  return {
    config,
    server: cluster.server.replace(/\/+$/, ''),
    newDispatcher: (most) => dispatcherFor(reached, most),
    headers: async () => {
      if (!expires) return fixed;
      const fresh: Record<string, unknown> = {};
      await config.applyToHTTPSOptions(fresh);
      return headersOf(fresh);
    },
  };
}

/**
 * No bound on bodies (a watch is silent for minutes), 30 s on headers. HTTP/1.1: over HTTP/2 all requests share one session,
 * and once its peer has vanished undici sends every later request to it, for minutes (measured with undici 8.12).
 */
const limits = { bodyTimeout: 0, headersTimeout: 30_000, allowH2: false } as const;
const keptAlive = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 5000 } as const;

function dispatcherFor(
  connection: Exclude<ReturnType<KubeConfig['createDispatcherOptions']>, { type: 'socks' }>,
  most?: number,
): Dispatcher {
  const options = { ...limits, ...(most ? { connections: most } : {}) };
  switch (connection.type) {
    case 'proxy':
      return new ProxyAgent({ ...options, uri: connection.uri, requestTls: connection.requestTls });
    case 'agent': {
      // one context for all connections: by itself each would parse the certificates again and keep a copy
      const secureContext = createSecureContext(connection.connect);
      return new Agent({ ...options, connect: { ...connection.connect, secureContext, ...keptAlive } });
    }
    case 'none':
      return new Agent({ ...options, connect: keptAlive });
  }
}
