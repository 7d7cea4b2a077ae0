/** Flags of kubectl that take no value of their own (`--flag`, or `--flag=value`). @see `kubectl <verb> --help`, 1.34 */
const valueless = new Set(
  `all all-containers all-namespaces all-pods allow-missing-template-keys append-hash attach cached client command containers
  delete-emptydir-data disable-compression disable-eviction dry-run edit expose follow force force-conflicts help ignore-daemonsets ignore-errors
  ignore-not-found insecure-skip-tls-verify insecure-skip-tls-verify-backend interactive leave-stdin-open list local match-server-version
  namespaced no-headers now openapi-patch output-watch-events overwrite prefix previous privileged prune quiet recursive resolve rm save-config
  server-print server-side show-events show-kind show-labels show-managed-fields stdin sum timestamps tty use-protocol-buffers validate
  cascade wait warnings-as-errors watch watch-only windows-line-endings record show-capacity create-annotation global-default`.split(/\s+/),
);

/** Two of them take a value in `kubectl set env`. */
export const takesValue = (name: string, verb: string | undefined): boolean =>
  !valueless.has(name) || (verb === 'set' && (name === 'containers' || name === 'prefix'));

/** Flags that would lead out of the drill: to another cluster, another identity, or another part of this machine. */
export const leaving: Record<string, string> = {
  kubeconfig: "the kubeconfig is the drill's",
  context: "the context is the drill's",
  cluster: "the cluster is the drill's",
  server: "the cluster is the drill's",
  user: "the user is the drill's",
  token: "the user is the drill's",
  username: "the user is the drill's",
  password: "the user is the drill's",
  'certificate-authority': "the cluster is the drill's",
  'client-certificate': "the user is the drill's",
  'client-key': "the user is the drill's",
  'insecure-skip-tls-verify': 'the API server is always verified',
  'tls-server-name': "the cluster is the drill's",
  as: 'impersonation is for "kubectl auth can-i" only',
  'as-group': 'impersonation is for "kubectl auth can-i" only',
  'as-uid': 'impersonation is for "kubectl auth can-i" only',
  raw: 'raw requests go around what a lab may touch',
  kustomize: 'kustomizations may read other places: write the manifest out',
  prune: 'pruning deletes what the lab does not name',
  'cache-dir': 'it writes to this machine',
  profile: 'it writes to this machine',
  'profile-output': 'it writes to this machine',
  'output-directory': 'it writes to this machine',
};

/** Flags that would wait for somebody, or for ever. */
export const hanging: Record<string, string> = {
  tty: 'nobody sits at a terminal',
  edit: 'nobody sits at an editor',
  interactive: 'nobody is there to confirm',
  follow: 'it would never end',
  'watch-only': 'it would never end',
};

/** Flags whose value is a file of the lab; all of them take lists, `key=path` where keys are allowed. */
export const fileFlags = new Set(['filename', 'from-file', 'from-env-file', 'patch-file', 'cert', 'key']);

const short: Record<string, string> = {
  A: 'all-namespaces',
  c: 'container',
  e: 'env',
  f: 'filename',
  h: 'help',
  i: 'stdin',
  k: 'kustomize',
  L: 'label-columns',
  l: 'selector',
  n: 'namespace',
  o: 'output',
  p: 'patch',
  q: 'quiet',
  R: 'recursive',
  r: 'replicas',
  s: 'server',
  t: 'tty',
  v: 'v',
  w: 'watch',
};

/** The long name of a one-letter flag, which for three letters depends on the verb. */
export function longName(letter: string, verb: string | undefined): string | undefined {
  if (verb === 'logs' && letter === 'f') return 'follow';
  if (verb === 'logs' && letter === 'p') return 'previous';
  if (verb === 'delete' && letter === 'i') return 'interactive';
  return short[letter];
}
