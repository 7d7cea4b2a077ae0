import { createHash } from 'node:crypto';
import { parseKubeYaml } from '../lab/yaml.ts';

/** A kubeconfig from somebody else, reduced to one context: data only, and nothing that runs, reads or relays. */
export type Guarded =
  | {
      ok: true;
      server: string;
      /** The reduced kubeconfig, to be written to a private file. */
      text: string;
      /** The same cluster as the same user has the same key. */
      key: string;
    }
  | { ok: false; reason: string };

type Fields = Record<string, unknown>;

/** What is refused, and why; any other field that is not known is refused too: what is not understood is not trusted. */
const refusedOfUser: Record<string, string> = {
  exec: 'it would run a program on this machine',
  'auth-provider': 'it would run an authentication plug-in on this machine',
  tokenFile: 'it reads a file of this machine',
  'client-certificate': 'it reads a file of this machine; embed it as client-certificate-data',
  'client-key': 'it reads a file of this machine; embed it as client-key-data',
  as: 'it acts as somebody else',
  'as-uid': 'it acts as somebody else',
  'as-groups': 'it acts as somebody else',
  'as-user-extra': 'it acts as somebody else',
};

const refusedOfCluster: Record<string, string> = {
  'certificate-authority': 'it reads a file of this machine; embed it as certificate-authority-data',
  'insecure-skip-tls-verify': "it skips the check of the server's certificate, so that anybody may answer in its place",
  'proxy-url': 'it sends everything through a proxy',
};

const allowedOfUser = ['token', 'username', 'password', 'client-certificate-data', 'client-key-data'];
const allowedOfCluster = ['server', 'certificate-authority-data', 'tls-server-name', 'disable-compression'];
/** `extensions` is free-form data that tools leave there; it is dropped. */
const dropped = ['extensions'];

const isFields = (value: unknown): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value);
const limits = { maxLength: 256 * 1024, maxDocuments: 1 };

/** What is wrong with one user or cluster, in words; nothing when it may be used. */
function faultsOf(what: string, fields: Fields, refused: Record<string, string>, allowed: readonly string[]): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (dropped.includes(name)) return [];
    const harmless = value === null || value === '' || (name === 'insecure-skip-tls-verify' && value === false);
    if (refused[name]) return harmless ? [] : [`${what} has ${name}: ${refused[name]}`];
    return allowed.includes(name) ? [] : [`${what} has ${name}, which is not known here`];
  });
}

interface Named {
  name: string;
  fields: Fields;
}

/** The entries of `clusters:`, `users:` or `contexts:`; a malformed one is told. */
function entriesOf(config: Fields, list: 'clusters' | 'users' | 'contexts'): Named[] | { reason: string } {
  const entries = config[list] ?? [];
  const inner = list.slice(0, -1);
  if (!Array.isArray(entries)) return { reason: `${list} is not a list` };
  const named: Named[] = [];
  for (const entry of entries) {
    if (!isFields(entry) || typeof entry.name !== 'string') return { reason: `an entry of ${list} has no name` };
    const fields = entry[inner] ?? {};
    if (!isFields(fields)) return { reason: `${inner} ${entry.name} is not a mapping` };
    if (named.some(({ name }) => name === entry.name)) return { reason: `${inner} ${entry.name} is there twice` };
    named.push({ name: entry.name, fields });
  }
  return named;
}

function serverProblem(server: unknown): string | undefined {
  if (typeof server !== 'string') return 'it names no server';
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    return `its server ${JSON.stringify(server)} is no URL`;
  }
  if (url.protocol !== 'https:') return `its server ${server} is not reached by https: the credentials would travel in the open`;
  if (url.username || url.password) return `its server ${url.host} has credentials in the URL`;
  return undefined;
}

const dataProblem = (fields: Fields, allowed: readonly string[]): string | undefined =>
  allowed.find((name) => fields[name] !== undefined && fields[name] !== null && !['string', 'boolean'].includes(typeof fields[name]));

/**
 * Reads a kubeconfig that somebody else wrote. Every cluster and user in it is looked at, not only those of the context:
 * a file that would run code or leak in other hands is refused as a whole. What passes is written anew with the one context.
 */
export function guardKubeconfig(text: string, path: string, wanted?: string): Guarded {
  const refuse = (reason: string): Guarded => ({ ok: false, reason: `kubeconfig ${path} is refused: ${reason}` });
  const { documents, problems } = parseKubeYaml(text, path, limits);
  if (problems[0]) return refuse(`line ${problems[0].line}: ${problems[0].message}`);
  const config = documents[0]?.value;
  if (!isFields(config)) return refuse('it is empty');

  const clusters = entriesOf(config, 'clusters');
  const users = entriesOf(config, 'users');
  const contexts = entriesOf(config, 'contexts');
  if ('reason' in clusters) return refuse(clusters.reason);
  if ('reason' in users) return refuse(users.reason);
  if ('reason' in contexts) return refuse(contexts.reason);
  const faults = [
    ...users.flatMap(({ name, fields }) => faultsOf(`user ${name}`, fields, refusedOfUser, allowedOfUser)),
    ...clusters.flatMap(({ name, fields }) => faultsOf(`cluster ${name}`, fields, refusedOfCluster, allowedOfCluster)),
  ];
  if (faults.length > 0) return refuse(faults.join('; '));

  const contextName = wanted ?? config['current-context'];
  const context = contexts.find(({ name }) => name === contextName)?.fields;
  if (!context)
    return refuse(contextName ? `it has no context ${String(contextName)}` : 'it has no current context; name one in the roster');
  const cluster = clusters.find(({ name }) => name === context.cluster)?.fields;
  if (!cluster) return refuse(`its context ${String(contextName)} names no cluster of it`);
  const user = users.find(({ name }) => name === context.user)?.fields;
  if (!user) return refuse(`its context ${String(contextName)} names no user of it`);
  const trouble = serverProblem(cluster.server);
  if (trouble) return refuse(trouble);
  const strange = dataProblem(user, allowedOfUser) ?? dataProblem(cluster, allowedOfCluster);
  if (strange) return refuse(`its ${strange} is not a text`);

  const reduced = {
    cluster: pick(cluster, allowedOfCluster),
    user: pick(user, allowedOfUser),
  };
  return {
    ok: true,
    server: String(cluster.server),
    // JSON is YAML: no writer that could be talked into something else
    text: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'learner',
      clusters: [{ name: 'learner', cluster: reduced.cluster }],
      users: [{ name: 'learner', user: reduced.user }],
      contexts: [{ name: 'learner', context: { cluster: 'learner', user: 'learner' } }],
    }),
    key: createHash('sha256').update(JSON.stringify(reduced)).digest('hex'),
  };
}

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.filter((name) => fields[name] !== undefined && fields[name] !== null).map((name) => [name, fields[name]]));
