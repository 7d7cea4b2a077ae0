import { type KubectlFlag, readKubectl } from './kubectl-argv.ts';
import { fileFlags, hanging, leaving } from './kubectl-flags.ts';

const reading = new Set([
  'get',
  'describe',
  'logs',
  'events',
  'top',
  'explain',
  'api-resources',
  'api-versions',
  'version',
  'cluster-info',
  'wait',
  'auth',
]);
const writing = new Set(
  'apply create delete patch replace label annotate set scale autoscale expose run exec rollout drain cordon uncordon taint'.split(' '),
);
const nodeVerbs = new Set(['drain', 'cordon', 'uncordon', 'taint']);
/** Verbs whose first operand is a name, not a kind. */
const nameFirst = new Set(['run', 'exec', ...nodeVerbs]);

const clusterScoped = new Set(
  `no node nodes pv persistentvolume persistentvolumes clusterrole clusterroles clusterrolebinding clusterrolebindings sc storageclass storageclasses
  ingressclass ingressclasses pc priorityclass priorityclasses crd crds customresourcedefinition customresourcedefinitions apiservice apiservices
  csr certificatesigningrequest certificatesigningrequests runtimeclass runtimeclasses csidriver csidrivers csinode csinodes volumeattachment
  volumeattachments flowschema flowschemas prioritylevelconfiguration prioritylevelconfigurations`.split(/\s+/),
);
const namespaceKinds = new Set(['ns', 'namespace', 'namespaces']);

/** How far a command reaches: only a lab that has the cluster alone may write beyond its namespace. */
export type Reach = 'reads' | 'namespace' | 'cluster';

export interface KubectlFacts {
  reach: Reach;
  /** Files of the lab that it reads. */
  files: string[];
  /** Those of them that are manifests (`-f`). */
  manifests: string[];
  /** Images that it names. */
  images: string[];
}

/** What a kubectl argv does and which files it reads; a problem if it would leave the drill, or hang. */
export function judgeKubectl(argv: readonly string[]): KubectlFacts | { problem: string } {
  const read = readKubectl(argv);
  if ('problem' in read) return read;
  const { verb, operands, flags, inner } = read;
  const flag = (name: string) => flags.find((one) => one.name === name);
  if (flag('help')) return { reach: 'reads', files: [], manifests: [], images: [] };
  const command = `kubectl ${verb}`;
  if (!reading.has(verb) && !writing.has(verb)) return { problem: `"${command}" is not among the verbs that labs may use` };
  if (verb === 'auth' && !['can-i', 'whoami'].includes(operands[0] ?? ''))
    return { problem: `"kubectl auth ${operands[0] ?? ''}" is not among the verbs that labs may use` };
  if (verb === 'cluster-info' && operands.length > 0) return { problem: '"kubectl cluster-info dump" writes to this machine' };
  if (verb === 'apply' && operands[0] === 'edit-last-applied') return { problem: '"kubectl apply edit-last-applied" waits for an editor' };

  for (const { name, value } of flags) {
    if (verb === 'auth' && /^as(-group|-uid)?$/.test(name)) continue;
    // there it is the subject of a binding, not the user of the kubeconfig
    if (name === 'user' && namesSubjects(verb, operands)) continue;
    if (Object.hasOwn(leaving, name)) return { problem: `--${name} is refused: ${leaving[name]}` };
    if (Object.hasOwn(hanging, name) && value !== 'false') return { problem: `--${name} is refused: ${hanging[name]}` };
    if (name === 'watch' && value !== 'false' && verb !== 'rollout') return { problem: '--watch is refused: it would never end' };
    if (name === 'namespace' && value !== 'kube-system')
      return {
        problem: `--namespace ${value ?? ''} is refused: the lab's own namespace is the default, and kube-system is the only other`,
      };
    if (name === 'output' && /^(go-template-file|templatefile|jsonpath-file|custom-columns-file)\b/.test(value ?? ''))
      return { problem: `--output ${value} is refused: it reads another file of this machine` };
  }
  if (operands.includes('-')) return { problem: 'reading standard input (-) is refused: put it into a file of the lab' };

  const write = isWrite(verb, operands);
  if (write && flag('all-namespaces')) return { problem: `"${command}" in all namespaces is refused` };
  const kinds = nameFirst.has(verb) ? [] : kindsOf(operands);
  if (write && kinds.some((kind) => namespaceKinds.has(kind)))
    return { problem: 'a lab lives in the one namespace that it is given: it may not write namespaces' };

  const files: string[] = [];
  const manifests: string[] = [];
  for (const { name, value } of flags) {
    if (!fileFlags.has(name)) continue;
    if (value === undefined) return { problem: `--${name} names no file` };
    for (const entry of value.split(',')) {
      const path = name === 'from-file' ? entry.slice(entry.indexOf('=') + 1) : entry;
      const problem = unfit(path, name);
      if (problem) return { problem };
      files.push(labFile(path));
      if (name === 'filename') manifests.push(labFile(path));
    }
  }
  if (verb === 'exec' && inner.length === 0 && operands.length < 2) return { problem: '"kubectl exec" needs a command after --' };
  const beyond = flag('namespace') !== undefined || nodeVerbs.has(verb) || kinds.some((kind) => clusterScoped.has(kind));
  return { reach: !write ? 'reads' : beyond ? 'cluster' : 'namespace', files, manifests, images: imagesOf(verb, operands, flags) };
}

const namesSubjects = (verb: string, [what = '']: readonly string[]) =>
  (verb === 'create' && /^(cluster)?rolebinding$/.test(what)) || (verb === 'set' && what === 'subject');

function isWrite(verb: string, operands: readonly string[]): boolean {
  if (verb === 'rollout') return !['status', 'history'].includes(operands[0] ?? '');
  if (verb === 'apply') return operands[0] !== 'view-last-applied';
  return writing.has(verb);
}

/** `deploy/web pvc,sa` -> deploy, pvc, sa; of `TYPE NAME` only the first word is a kind. */
function kindsOf(operands: readonly string[]): string[] {
  return operands
    .filter((word, index) => index === 0 || (word.includes('/') && !word.includes('=')))
    .flatMap((word) => word.split(','))
    .map((word) => word.split('/')[0]!.split('.')[0]!.toLowerCase());
}

/** `--image=x`, and `set image deployment/web web=x`. */
function imagesOf(verb: string, operands: readonly string[], flags: readonly KubectlFlag[]): string[] {
  const given = flags.flatMap(({ name, value }) => (name === 'image' && value ? [value] : []));
  const set = verb === 'set' && operands[0] === 'image' ? operands.slice(1).filter((word) => word.includes('=')) : [];
  return [...given, ...set.map((word) => word.slice(word.indexOf('=') + 1))];
}

/** Why a path cannot be that of a file of the lab. */
export function unfit(path: string, flag?: string): string | undefined {
  const name = flag === undefined ? path : `--${flag} ${path}`;
  if (path === '-') return `${name} is refused: it would read standard input`;
  if (/^[a-z]+:\/\//i.test(path)) return `${name} is refused: files come from the lab, not from the network`;
  if (path.startsWith('/') || path.startsWith('~') || path.split('/').includes('..'))
    return `${name} is refused: the file lies outside the lab`;
  if (path === '' || path === '.' || path.endsWith('/') || /[*?[\]"\\]/.test(path)) return `${name} is refused: name one file of the lab`;
  return undefined;
}

/** `x.yaml` lies in `files/`, which the learner gets; `start/`, `solution/` and `wrong/` are named. */
export function labFile(path: string): string {
  const clean = path.replace(/^(\.\/)+/, '');
  return /^(start|solution|wrong)\//.test(clean) ? clean : `files/${clean}`;
}
