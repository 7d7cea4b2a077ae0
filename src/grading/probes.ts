/** A probe's answer is a value; `ok: false` means that nothing could be seen (never that the learner is wrong). */
export type Probed<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface HttpRequest {
  /** Seen from the probe Pod: `http://web.ns.svc.cluster.local/`, `http://10.244.1.3:8080/`. Bare Service names are completed with the drill's namespace. */
  url: string;
  /** Requests, each on a fresh connection. Default 1. */
  count?: number;
  host?: string;
  /** Default 2000. */
  timeoutMs?: number;
  /** Requests under way at a time; 1 keeps the answers in the order of the requests. Default 1 for up to 10 requests, else 5. */
  concurrency?: number;
  /** None of our other HTTP requests is under way meanwhile: for answers that count requests. */
  alone?: boolean;
}

export interface HttpAnswer {
  /** 0 when there was no HTTP answer. */
  status: number;
  body: string;
  ms: number;
  errorKind?: 'refused' | 'timeout' | 'nxdomain' | 'reset' | 'eof' | 'other';
  error?: string;
}

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` ...; `TIMEOUT` or `UNREACHABLE` when the DNS server gave no answer at all. */
  rcode: string;
  answers: string[];
  cname?: string;
}

export interface ExecAnswer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a traffic Pod saw in a window; times are milliseconds since 1970 of the cluster's clock. */
export interface TrafficStats {
  now: number;
  since: number;
  until: number;
  sent: number;
  ok: number;
  failed: number;
  longestGapMs: number;
  byBody: Record<string, number>;
  byError: Record<string, number>;
  /** False when older requests of the window are no longer kept. Absent means true. */
  complete?: boolean;
}

export interface AccessRequest {
  /** e.g. `system:serviceaccount:ns:reader` */
  user: string;
  verb: string;
  resource: string;
  group?: string;
  /** The drill's namespace unless given; `''` asks cluster-wide. */
  namespace?: string;
}

/** Behaviour, as opposed to state. Bounded, cancellable, and values instead of exceptions. */
export interface Probes {
  http(request: HttpRequest): Promise<Probed<HttpAnswer[]>>;
  /** `name` is resolved as a Pod of the drill's namespace would (search path), unless it ends with a dot. */
  dns(request: { name: string; type?: 'A' | 'CNAME' }): Promise<Probed<DnsAnswer>>;
  exec(request: { pod: string; container?: string; command: string[]; timeoutMs?: number }): Promise<Probed<ExecAnswer>>;
  logs(request: {
    pod: string;
    container?: string;
    previous?: boolean;
    tailLines?: number;
    sinceTime?: string;
    limitBytes?: number;
  }): Promise<Probed<string>>;
  traffic(request: { pod: string; since?: number; until?: number }): Promise<Probed<TrafficStats>>;
  accessReview(request: AccessRequest): Promise<Probed<{ allowed: boolean; reason?: string }>>;
  /** Ingresses of other namespaces that claim this host, as `namespace/name`: a controller answers by the oldest of all. */
  ingressRivals(request: { host: string }): Promise<Probed<string[]>>;
  /** Looks on a node without the API: runs an argv there (`pgrep`, `curl`, `sha256sum`). */
  node(request: { node: string; command: string[] }): Promise<Probed<ExecAnswer>>;
  /** Creates a canary object in kubedrill's own namespace, waits for its sign of life, removes it. */
  canary(request: { kind: 'Pod' | 'ReplicaSet'; withinMs: number }): Promise<Probed<{ alive: boolean; seen: string; ms: number }>>;
}
