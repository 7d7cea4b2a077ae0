/**
 * A small Kubernetes API server for tests, in this process, over real HTTP. Objects live in memory; no controllers run.
 *
 *   const server = await startFakeApiServer();          // every kind of grading/kinds.ts, CRDs are learned when created
 *   const api = await connect(server.kubeconfig);       // a kubeconfig file of its own
 *   server.put({ kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } });   // as if something in the cluster did; makes the namespace
 *   server.get('Pod', 'web', 'shop'); server.list('Pod', 'shop'); server.remove('Pod', 'web', 'shop');
 *   await server.stop();                                // in afterEach
 *
 * It serves discovery, list (limit/continue, labelSelector, fieldSelector), watch, get, POST, PUT, PATCH (merge, strategic and server-side
 * apply, all as JSON merge patch), the status subresource, DELETE (finalizers, owners, namespaces with their content), Pod logs, exec,
 * the proxy of Pods and Services, access reviews.
 *
 *   server.requests                                     // everything that was asked: {method, path, query, body}
 *   await server.arrival((request) => ...)              // the next request that matches (from now on)
 *   server.react((event) => ...)                        // plays a controller: called after each change of an object
 *   server.when((request) => ..., { status: 503, body: ... }, 2)   // scripted answer, here for the next two; or 'drop', 'hang', a function
 *   server.forbid('Secret')                             // 403 for list and watch of a kind; returns how to stop
 *   server.proxied = ({ kind, name, port, path, query }) => ({ status: 200, body: 'hi' })
 *   server.logs = ({ pod, query }) => 'text';  server.executed = ({ command }) => ({ exitCode: 0, stdout: 'x' })
 *
 * Bad days:
 *   server.dropWatches(kind?)   connections of watches break          server.endWatches(kind?)     they end well, as after timeoutSeconds
 *   server.expireWatches(kind?) in-stream ERROR 410                   server.compact()             the next watch from an old version gets 410,
 *   server.freeze()/thaw()      half-open: nothing unscripted goes out                                      as `server.goneAs`: 'status' or 'stream'
 *   server.away()/back()        connection refused, same port         server.bookmark(kind?)       BOOKMARK on every open watch
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { KindInfo, KindName } from '../../src/grading/kinds.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { collection, discovery, expired, type FakeAnswer, type FakeRequest, notFound, object, statusAnswer } from './fake-api-rest.ts';
import { FakeApiStore, isSelected, type WatchEvent } from './fake-api-store.ts';

export { type FakeAnswer, type FakeRequest, statusAnswer };

import { type ExecOutcome, type ExecRequest, playExec } from './fake-exec.ts';

/** `drop`: the connection breaks; `hang`: no answer ever comes. */
export type Scripted = FakeAnswer | 'drop' | 'hang';

export interface ProxyRequest {
  kind: 'pods' | 'services';
  namespace: string;
  name: string;
  port: string;
  path: string;
  query: URLSearchParams;
}

interface Watch {
  kind: KindInfo;
  response: ServerResponse;
}

export async function startFakeApiServer(): Promise<FakeApiServer> {
  const server = new FakeApiServer();
  await server.back();
  return server;
}

export class FakeApiServer {
  readonly store = new FakeApiStore();
  readonly requests: FakeRequest[] = [];
  goneAs: 'status' | 'stream' = 'status';
  proxied: (request: ProxyRequest) => Scripted | Promise<Scripted> = () =>
    statusAnswer(503, 'ServiceUnavailable', 'error trying to reach service');
  logs: (request: { namespace: string; pod: string; query: URLSearchParams }) => string | FakeAnswer = () => '';
  executed: (request: ExecRequest) => ExecOutcome = () => ({ exitCode: 0 });
  accessReviewed: (spec: Record<string, unknown>) => { allowed: boolean; reason?: string } = () => ({ allowed: false });
  readonly #folder = mkdtempSync(join(tmpdir(), 'fake-api-'));
  #server: Server | undefined;
  #port = 0;
  #frozen = false;
  #waiting: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<Watch>();
  readonly #scripts = new Set<{
    match: (request: FakeRequest) => boolean;
    answer: Scripted | ((request: FakeRequest) => Scripted | undefined);
    left: number;
  }>();
  readonly #arrivals = new Set<(request: FakeRequest) => void>();

  constructor() {
    this.put({ kind: 'Namespace', metadata: { name: 'kube-system' } });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Path of a kubeconfig file for this server. */
  get kubeconfig(): string {
    return join(this.#folder, 'kubeconfig');
  }

  put(object: KubeObject): KubeObject {
    const { namespace } = object.metadata;
    if (namespace && !this.get('Namespace', namespace)) this.store.put({ kind: 'Namespace', metadata: { name: namespace } });
    return this.store.put(object);
  }
  get(kind: KindName | string, name: string, namespace?: string): KubeObject | undefined {
    return this.store.get(this.store.kindOf({ kind }), name, namespace);
  }
  list(kind: KindName | string, namespace?: string): KubeObject[] {
    return this.store.list(this.store.kindOf({ kind }), namespace);
  }
  remove(kind: KindName | string, name: string, namespace?: string): void {
    this.store.remove(this.store.kindOf({ kind }), name, namespace);
  }
  /** Plays a controller. What it changes comes after the change that it reacts to. */
  react(listener: (event: WatchEvent) => void): () => void {
    return this.store.onEvent((_, event) => queueMicrotask(() => listener(event)));
  }

  when(
    match: (request: FakeRequest) => boolean,
    answer: Scripted | ((request: FakeRequest) => Scripted | undefined),
    times = Number.POSITIVE_INFINITY,
  ): () => void {
    const script = { match, answer, left: times };
    this.#scripts.add(script);
    return () => this.#scripts.delete(script);
  }
  forbid(kind: KindName): () => void {
    const { plural } = this.store.kindOf({ kind });
    const message = `${plural} is forbidden: User "learner" cannot list resource "${plural}"`;
    return this.when(({ method, path }) => method === 'GET' && path.endsWith(`/${plural}`), statusAnswer(403, 'Forbidden', message));
  }
  arrival(match: (request: FakeRequest) => boolean): Promise<FakeRequest> {
    return new Promise((resolve) => {
      const listener = (request: FakeRequest) => {
        if (!match(request)) return;
        this.#arrivals.delete(listener);
        resolve(request);
      };
      this.#arrivals.add(listener);
    });
  }

  /** How many watches are open. */
  watches(kind?: KindName): number {
    return this.#watchesOf(kind).length;
  }
  dropWatches(kind?: KindName): void {
    for (const watch of this.#watchesOf(kind)) watch.response.destroy();
  }
  endWatches(kind?: KindName): void {
    for (const watch of this.#watchesOf(kind)) watch.response.end();
  }
  expireWatches(kind?: KindName): void {
    for (const watch of this.#watchesOf(kind)) {
      this.#send(watch, { type: 'ERROR', object: expired().body });
      watch.response.end();
    }
  }
  bookmark(kind?: KindName): void {
    for (const watch of this.#watchesOf(kind)) {
      const metadata = { resourceVersion: String(this.store.version), creationTimestamp: null };
      this.#send(watch, { type: 'BOOKMARK', object: { apiVersion: watch.kind.apiVersion, kind: watch.kind.kind, metadata } });
    }
  }
  compact(): void {
    this.store.compacted = this.store.version;
  }
  freeze(): void {
    this.#frozen = true;
  }
  thaw(): void {
    this.#frozen = false;
    for (const go of this.#waiting.splice(0)) go();
  }
  async away(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    this.#server = undefined;
  }
  async back(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'fake', user: { token: 'fake-token' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  }
  async stop(): Promise<void> {
    await this.away();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #watchesOf = (kind?: KindName): Watch[] => [...this.#watches].filter((watch) => !kind || watch.kind.kind === kind);

  #send(watch: Watch, event: unknown): void {
    if (!this.#frozen && !watch.response.writableEnded) watch.response.write(`${JSON.stringify(event)}\n`);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.url);
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    const body = text ? JSON.parse(text) : undefined;
    const request: FakeRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body,
      headers: incoming.headers,
    };
    this.requests.push(request);
    for (const arrival of [...this.#arrivals]) arrival(request);
    const scripted = this.#scripted(request);
    if (this.#frozen && !scripted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const answer = scripted ?? (await this.#route(request, response));
    if (answer === 'watching' || answer === 'hang') return;
    if (answer === 'drop') return void response.destroy();
    const json = typeof answer.body !== 'string';
    response.writeHead(answer.status, { 'content-type': json ? 'application/json' : 'text/plain', ...answer.headers });
    response.end(json ? JSON.stringify(answer.body ?? {}) : (answer.body as string));
  }

  #scripted(request: FakeRequest): Scripted | undefined {
    for (const script of this.#scripts) {
      if (script.left <= 0 || !script.match(request)) continue;
      const answer = typeof script.answer === 'function' ? script.answer(request) : script.answer;
      if (answer === undefined) continue;
      script.left -= 1;
      return answer;
    }
    return undefined;
  }

  async #route(request: FakeRequest, response: ServerResponse): Promise<Scripted | 'watching'> {
    const parts = request.path.split('/').filter(Boolean).map(decodeURIComponent);
    if (request.path === '/version') return { status: 200, body: { major: '1', minor: '34', gitVersion: 'v1.34.4' } };
    if (/^\/(livez|readyz|healthz)/.test(request.path)) return { status: 200, body: 'ok' };
    const discovered = discovery(this.store, parts);
    if (discovered) return discovered;
    const apiVersion = parts[0] === 'api' ? parts[1]! : `${parts[1]}/${parts[2]}`;
    const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
    if (rest[0] === 'subjectaccessreviews')
      return { status: 201, body: { ...request.body, status: this.accessReviewed(request.body.spec) } };
    const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
    const namespace = inNamespace ? rest[1] : undefined;
    const [plural, name, ...subresource] = inNamespace ? rest.slice(2) : rest;
    if (subresource[0] === 'proxy')
      return this.#proxy(plural as 'pods' | 'services', namespace!, name!, subresource.slice(1).join('/'), request);
    const kind = this.store.kinds.find((one) => one.apiVersion === apiVersion && one.plural === plural);
    if (!kind) return statusAnswer(404, 'NotFound', 'the server could not find the requested resource');
    if (subresource[0] === 'log') return this.#log(namespace!, name!, request);
    if (name !== undefined) return object(this.store, kind, name, namespace, subresource[0], request);
    if (request.method === 'GET' && request.query.get('watch')) return this.#watch(kind, namespace, request, response);
    return collection(this.store, kind, namespace, request);
  }

  #watch(kind: KindInfo, namespace: string | undefined, { query }: FakeRequest, response: ServerResponse): FakeAnswer | 'watching' {
    const from = Number(query.get('resourceVersion') ?? 0);
    const tooOld = from > 0 && from < this.store.compacted;
    if (tooOld && this.goneAs === 'status') return expired();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch: Watch = { kind, response };
    if (tooOld) {
      this.#send(watch, { type: 'ERROR', object: expired().body });
      response.end();
      return 'watching';
    }
    const matches = (object: KubeObject) => (!namespace || object.metadata.namespace === namespace) && isSelected(object, query);
    const missed: WatchEvent[] =
      from > 0 ? this.store.since(kind, from) : this.store.list(kind, namespace).map((object) => ({ type: 'ADDED', object }));
    for (const event of missed) if (matches(event.object)) this.#send(watch, event);
    const stop = this.store.onEvent((changed, event) => {
      if (changed === kind && matches(event.object)) this.#send(watch, event);
    });
    this.#watches.add(watch);
    response.on('close', () => {
      stop();
      this.#watches.delete(watch);
    });
    return 'watching';
  }

  #log(namespace: string, pod: string, { query }: FakeRequest): FakeAnswer {
    if (!this.get('Pod', pod, namespace)) return notFound(`pods "${pod}"`);
    const answer = this.logs({ namespace, pod, query });
    return typeof answer === 'string' ? { status: 200, body: answer } : answer;
  }

  #proxy(kind: 'pods' | 'services', namespace: string, target: string, path: string, { query }: FakeRequest): Scripted | Promise<Scripted> {
    const [name = '', port = ''] = target.split(':');
    if (!this.get(kind === 'pods' ? 'Pod' : 'Service', name, namespace)) return notFound(`${kind} "${name}"`);
    return this.proxied({ kind, namespace, name, port, path: `/${path}`, query });
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex): void {
    const url = new URL(incoming.url ?? '/', this.url);
    this.requests.push({ method: 'GET', path: url.pathname, query: url.searchParams, body: undefined, headers: incoming.headers });
    const [, namespace = '', pod = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/exec$/.exec(url.pathname) ?? [];
    const container = url.searchParams.get('container') || undefined;
    const request = { namespace, pod, container, command: url.searchParams.getAll('command') };
    playExec(incoming, socket, this.get('Pod', pod, namespace) ? this.executed(request) : { refused: 404 });
  }
}
