import type { ApiFailure } from './api.ts';

/** An `ApiFailure` where there is no value to return it in: the end of a watch. */
export class ApiFailureError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure) {
    super(failure.message);
    this.name = 'ApiFailureError';
    this.failure = failure;
  }
}

export const cancelled = (): ApiFailure => ({
  ok: false,
  kind: 'cancelled',
  status: 0,
  reason: 'Cancelled',
  message: 'cancelled',
  causes: [],
});

/** No answer: `reason` is the system's code where there is one, e.g. `ECONNREFUSED`. */
export const away = (server: string, reason: string, message: string): ApiFailure => ({
  ok: false,
  kind: 'away',
  status: 0,
  reason,
  message: `no answer from ${server}: ${message}`,
  causes: [],
});

export const timedOut = (server: string, ms: number): ApiFailure => away(server, 'Timeout', `nothing within ${ms / 1000} s`);

/** The answer did not end within its bound: it is not what it should be, whatever it says. */
export const tooLarge = (server: string, maxBytes: number): ApiFailure => ({
  ok: false,
  kind: 'refused',
  status: 0,
  reason: 'TooLarge',
  message: `${server} answered with more than ${maxBytes} bytes`,
  causes: [],
});

/** What undici's fetch threw: the reason lies in the innermost cause. */
export function awayBecause(server: string, error: unknown): ApiFailure {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  if (cause instanceof AggregateError) cause = cause.errors[0];
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return away(server, typeof code === 'string' ? code : 'Network', String(message ?? cause));
}

/** Reasons for statuses that came without a Status object (a proxy, an early phase of the API server). */
const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The API server's no, from its Status object. @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function refusedBy(status: number, text: string): ApiFailure {
  let body: { kind?: string; reason?: string; message?: string; details?: { causes?: ApiFailure['causes'] } | null } = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // not the API server's own words
  }
  const isStatus = body.kind === 'Status';
  return {
    ok: false,
    kind: 'refused',
    status,
    reason: (isStatus && body.reason) || reasons[status] || `Http${status}`,
    message: (isStatus && body.message) || text.trim().slice(0, 300) || `HTTP status ${status}`,
    causes: (isStatus && body.details?.causes) || [],
  };
}

/** The version that was asked for is no longer known: everything must be listed again. */
export const isExpired = (failure: { status: number; reason: string }): boolean =>
  failure.status === 410 || failure.reason === 'Expired' || failure.reason === 'Gone';
