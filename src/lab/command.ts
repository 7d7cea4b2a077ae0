import { judgeKubectl, labFile, type Reach, unfit } from './kubectl-rules.ts';
import { splitWords } from './words.ts';

export const components = ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'] as const;

/** One command of a set-up, a solution or a wrong fix. `argv` is without the leading `kubectl`. */
export type Command =
  | { type: 'kubectl'; argv: string[]; mayFail: boolean }
  | { type: 'delete-pod'; selector: string; which: 'oldest' | 'newest' | 'notready' }
  | { type: 'wait'; check: string }
  | { type: 'node-write'; node: string; path: string; file: string }
  | { type: 'node-remove'; node: string; path: string }
  | { type: 'component'; what: 'stop' | 'start'; name: (typeof components)[number] }
  | { type: 'kubelet'; what: 'stop' | 'start'; node: string }
  | { type: 'pause'; node: string }
  | { type: 'unpause'; node: string }
  | { type: 'http'; url: string; count: number };

export type CommandProblem = { problem: string };

/** Folders on a node that `reset` knows how to clean. */
const nodeFolders = ['/etc/kubernetes/manifests/', '/var/lib/kubedrill/'];

interface Act {
  usage: string;
  read(words: string[]): Command | CommandProblem | undefined;
}

/** The closed set of acts, by name. `read` gives `undefined` where the words do not fit the usage. */
const acts: Record<string, Act> = {
  'delete-pod': {
    usage: '@delete-pod SELECTOR oldest|newest|notready',
    read: ([selector, which, ...rest]) =>
      selector && (which === 'oldest' || which === 'newest' || which === 'notready') && rest.length === 0
        ? { type: 'delete-pod', selector, which }
        : undefined,
  },
  wait: {
    usage: '@wait CHECK',
    read: ([check, ...rest]) => (check && rest.length === 0 ? { type: 'wait', check } : undefined),
  },
  'node-write': {
    usage: '@node-write NODE PATH FILE',
    read: ([node, path, file, ...rest]) => {
      if (!node || !path || !file || rest.length > 0) return undefined;
      const problem = unfitOnNode(path) ?? unfit(file);
      return problem ? { problem } : { type: 'node-write', node, path, file };
    },
  },
  'node-remove': {
    usage: '@node-remove NODE PATH',
    read: ([node, path, ...rest]) => {
      if (!node || !path || rest.length > 0) return undefined;
      const problem = unfitOnNode(path);
      return problem ? { problem } : { type: 'node-remove', node, path };
    },
  },
  component: {
    usage: `@component stop|start ${components.join('|')}`,
    read: ([what, name, ...rest]) => {
      const known = components.find((one) => one === name);
      return (what === 'stop' || what === 'start') && known && rest.length === 0 ? { type: 'component', what, name: known } : undefined;
    },
  },
  kubelet: {
    usage: '@kubelet stop|start NODE',
    read: ([what, node, ...rest]) =>
      (what === 'stop' || what === 'start') && node && rest.length === 0 ? { type: 'kubelet', what, node } : undefined,
  },
  pause: { usage: '@pause NODE', read: ([node, ...rest]) => (node && rest.length === 0 ? { type: 'pause', node } : undefined) },
  unpause: { usage: '@unpause NODE', read: ([node, ...rest]) => (node && rest.length === 0 ? { type: 'unpause', node } : undefined) },
  http: {
    usage: '@http URL [COUNT]',
    read: ([url, count = '1', ...rest]) => {
      if (!url || rest.length > 0 || !/^[1-9]\d{0,3}$/.test(count)) return undefined;
      if (!url.startsWith('http://')) return { problem: `@http asks http:// addresses, not ${url}` };
      return { type: 'http', url, count: Number(count) };
    },
  },
};

/** Reads a command; what needs a shell, leaves the drill, or is no act, is a problem in words. */
export function parseCommand(text: string): Command | CommandProblem {
  const split = splitWords(text);
  if ('problem' in split) return split;
  const [program, ...words] = split.words;
  if (program === 'kubectl') return kubectl(words, false);
  if (program === '@may-fail') {
    const [inner, ...argv] = words;
    return inner === 'kubectl' ? kubectl(argv, true) : { problem: 'usage: @may-fail kubectl ...' };
  }
  if (program?.startsWith('@')) {
    const name = program.slice(1);
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (!act)
      return {
        problem: `there is no act ${program}; the acts are ${['may-fail', ...Object.keys(acts)].map((one) => `@${one}`).join(', ')}`,
      };
    return act.read(words) ?? { problem: `usage: ${act.usage}` };
  }
  return { problem: `a command is kubectl or an @act, not "${program ?? ''}"` };
}

function kubectl(argv: string[], mayFail: boolean): Command | CommandProblem {
  const facts = judgeKubectl(argv);
  return 'problem' in facts ? facts : { type: 'kubectl', argv, mayFail };
}

/** Files of the lab that the command reads, by their path in it: `files/x.yaml`, `solution/x.yaml`. */
export function filesOf(command: Command): string[] {
  if (command.type === 'node-write') return [labFile(command.file)];
  if (command.type !== 'kubectl') return [];
  const facts = judgeKubectl(command.argv);
  return 'problem' in facts ? [] : facts.files;
}

/** Those of its files that are manifests, and the images that it names. */
export function manifestsAndImages(command: Command): { manifests: string[]; images: string[] } {
  if (command.type === 'node-write') return { manifests: filesOf(command), images: [] };
  const facts = command.type === 'kubectl' ? judgeKubectl(command.argv) : undefined;
  return facts && 'manifests' in facts ? facts : { manifests: [], images: [] };
}

/** How far it reaches; `cluster` is for labs that have the cluster alone. */
export function reachOf(command: Command): Reach {
  switch (command.type) {
    case 'kubectl': {
      const facts = judgeKubectl(command.argv);
      return 'problem' in facts ? 'cluster' : facts.reach;
    }
    case 'delete-pod':
      return 'namespace';
    case 'wait':
    case 'http':
      return 'reads';
    default:
      return 'cluster';
  }
}

/** The node that an act is about, as it is written. */
export const nodeOf = (command: Command): string | undefined => ('node' in command ? command.node : undefined);

function unfitOnNode(path: string): string | undefined {
  if (nodeFolders.some((folder) => path.startsWith(folder) && path.length > folder.length) && !path.split('/').includes('..'))
    return undefined;
  return `${path} is refused: on a node, labs write below ${nodeFolders.join(' and ')} only`;
}
