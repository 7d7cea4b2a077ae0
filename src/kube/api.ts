import type { KubeObject } from '../grading/object.ts';

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface ApiFailure {
  ok: false;
  /** `refused`: the API server said no. `away`: no answer (connection, TLS, time-out, API server down). `cancelled`: by our own signal. */
  kind: 'refused' | 'away' | 'cancelled';
  /** HTTP status, 0 when there was no answer. */
  status: number;
  /** `Status.reason`, e.g. `NotFound`, `AlreadyExists`, `Forbidden`, `Invalid`; branch on it, never on the message. */
  reason: string;
  message: string;
  causes: { field?: string; message?: string; reason?: string }[];
}

export type ApiAnswer<T = KubeObject> = { ok: true; status: number; body: T; warnings: string[] } | ApiFailure;

export interface ApiRequest {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
  signal?: AbortSignal;
  /** Default 10 000. */
  timeoutMs?: number;
  /** Greatest size of the answer; beyond it the answer is a failure with reason `TooLarge`. Default: no bound. */
  maxBytes?: number;
  /** `text` for proxied answers and logs. Default `json`. */
  as?: 'json' | 'text';
}

export interface KubeList {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[];
}

/**
 * The Kubernetes API, raw: plain JSON objects in and out, no field dropped, failures as values.
 * `path` starts with `/api` or `/apis`; see `pathOf` in `kube/path.ts`.
 */
export interface KubeApi {
  readonly server: string;
  request<T = KubeObject>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, request?: ApiRequest): Promise<ApiAnswer<T>>;
  /**
   * One watch connection; yields events (`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR` with a Status) until the server or the signal ends it.
   * Throws `ApiFailureError` (`kube/failure.ts`) when it cannot be opened or breaks. `onOpen` is called when the server accepted it.
   */
  watch(
    path: string,
    query: Record<string, string | number | boolean | undefined>,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncIterable<{ type: string; object: KubeObject }>;
  /** Runs a command in a container. */
  exec(request: {
    namespace: string;
    pod: string;
    container?: string;
    command: string[];
    timeoutMs: number;
    signal?: AbortSignal;
  }): Promise<{ ok: true; exitCode: number; stdout: string; stderr: string } | { ok: false; reason: string }>;
  close(): Promise<void>;
}
