import type { DnsAnswer, ExecAnswer, HttpAnswer, Probed, Probes, TrafficStats } from '../../src/grading/probes.ts';

const blind = (what: string) => async (): Promise<{ ok: false; reason: string }> => ({ ok: false, reason: `${what}: not in this test` });

/** Probes that can see nothing, save for what the test gives: `fakeProbes({ http: async () => seen([page('hello')]) })`. */
export const fakeProbes = (given: Partial<Probes> = {}): Probes => ({
  http: blind('http'),
  dns: blind('dns'),
  exec: blind('exec'),
  logs: blind('logs'),
  traffic: blind('traffic'),
  accessReview: blind('accessReview'),
  ingressRivals: blind('ingressRivals'),
  node: blind('node'),
  canary: blind('canary'),
  ...given,
});

export const seen = <T>(value: T): Probed<T> => ({ ok: true, value });
export const unseen = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** An HTTP answer: `page('hello')`, `page('no such page', 404)`. */
export const page = (body: string, status = 200): HttpAnswer => ({ status, body, ms: 3 });
/** No HTTP answer: `noPage('refused')`. */
export const noPage = (errorKind: NonNullable<HttpAnswer['errorKind']>): HttpAnswer => ({
  status: 0,
  body: '',
  ms: 3,
  errorKind,
  error: `connection ${errorKind}`,
});
export const resolved = (...answers: string[]): DnsAnswer => ({ rcode: 'NOERROR', answers });
export const ran = (stdout: string, exitCode = 0, stderr = ''): ExecAnswer => ({ exitCode, stdout, stderr });
export const traffic = (given: Partial<TrafficStats> = {}): TrafficStats => ({
  now: 20_000,
  since: 0,
  until: 20_000,
  sent: 200,
  ok: 200,
  failed: 0,
  longestGapMs: 100,
  byBody: {},
  byError: {},
  ...given,
});
