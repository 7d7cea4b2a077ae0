import { fetch } from 'undici';
import type { KubeObject } from '../grading/object.ts';
import type { ApiAnswer, ApiRequest, KubeApi } from './api.ts';
import { bounded, unlessAborted } from './bounded.ts';
import { textWithin } from './bounded-text.ts';
import { readCredentials } from './credentials.ts';
import { execIn } from './exec.ts';
import { ApiFailureError, awayBecause, cancelled, refusedBy, timedOut, tooLarge } from './failure.ts';
import { linesOf } from './lines.ts';

const defaultTimeoutMs = 10_000;

/** `Warning: 299 - "spec.x is deprecated"`, several joined by commas. @see https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
const warningsIn = (header: string | null): string[] =>
  [...(header ?? '').matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));

const withQuery = (url: string, query: NonNullable<ApiRequest['query']>): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0 ? url : `${url}?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]))}`;
};

/**
 * The API of the cluster that this kubeconfig leads to, and of no other.
 * Nothing is asked yet; a kubeconfig that cannot be used is a `LabError`, all that may go wrong later is a value.
 */
export async function connect(kubeconfigPath: string, options: { context?: string; connections?: number } = {}): Promise<KubeApi> {
  const { config, server, newDispatcher, headers } = await readCredentials(kubeconfigPath, options.context);
  const dispatcher = newDispatcher(options.connections);
  const closed = new AbortController();

  const send = async (method: string, path: string, request: ApiRequest, signal: AbortSignal) => {
    const { body, contentType = 'application/json', query = {}, as = 'json' } = request;
    return await fetch(withQuery(server + path, query), {
      method,
      dispatcher,
      signal,
      redirect: 'manual',
      headers: {
        ...(await unlessAborted(headers(), signal)),
        accept: as === 'json' ? 'application/json' : '*/*',
        'user-agent': 'kubedrill',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
  };

  return {
    server,

    async request<T = KubeObject>(method: string, path: string, request: ApiRequest = {}): Promise<ApiAnswer<T>> {
      const { timeoutMs = defaultTimeoutMs } = request;
      using bound = bounded([request.signal, closed.signal], timeoutMs);
      try {
        const response = await send(method, path, request, bound.signal);
        const text = request.maxBytes === undefined ? await response.text() : await textWithin(response.body, request.maxBytes);
        if (text === undefined) return tooLarge(server, request.maxBytes!);
        if (!response.ok) return refusedBy(response.status, text);
        const body = request.as === 'text' ? text : text === '' ? {} : JSON.parse(text);
        return { ok: true, status: response.status, body: body as T, warnings: warningsIn(response.headers.get('warning')) };
      } catch (error) {
        if (bound.expired) return timedOut(server, timeoutMs);
        return bound.signal.aborted ? cancelled() : awayBecause(server, error);
      }
    },

    async *watch(path, query, signal, onOpen) {
      using bound = bounded([signal, closed.signal]);
      try {
        const response = await send('GET', path, { query: { watch: true, allowWatchBookmarks: true, ...query } }, bound.signal);
        if (!response.ok) throw new ApiFailureError(refusedBy(response.status, await response.text()));
        onOpen?.();
        if (response.body) for await (const line of linesOf(response.body)) yield JSON.parse(line) as { type: string; object: KubeObject };
      } catch (error) {
        if (error instanceof ApiFailureError) throw error;
        if (!bound.signal.aborted) throw new ApiFailureError(awayBecause(server, error));
      }
    },

    exec: (request) => execIn(config, request, closed.signal),

    async close() {
      closed.abort();
      await dispatcher.destroy();
    },
  };
}
