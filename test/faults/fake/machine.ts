import { createHash } from 'node:crypto';
import type { RunResult } from '../../../src/system/run.ts';

export const ran = (exitCode: number, stdout = '', stderr = ''): RunResult => ({
  ok: exitCode === 0,
  outcome: 'exited',
  exitCode,
  stdout,
  stderr,
  command: '',
  ms: 1,
});

/** A node machine: files, a kubelet, processes with the second in which they started. */
export interface FakeMachine {
  name: string;
  state: 'running' | 'paused' | 'stopped' | 'gone';
  kubelet: boolean;
  kubeletSince: number;
  /** When the kubelet last introduced its Node; it does so when it starts, and only then. */
  introduced: number;
  files: Map<string, string>;
  /** Static Pods that the kubelet does not start before it is started anew itself: its back-off. */
  holdsBack: Set<string>;
  processes: Map<string, number>;
  address: string;
}

export const fakeMachine = (name: string, files: Record<string, string> = {}): FakeMachine => ({
  name,
  state: 'running',
  kubelet: true,
  kubeletSince: 0,
  introduced: 0,
  files: new Map(Object.entries(files)),
  holdsBack: new Set(),
  processes: new Map(),
  address: '172.18.0.2',
});

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** The few programs that faults run on a node, as GNU and systemd have them. */
export function runOn(
  machine: FakeMachine,
  argv: readonly string[],
  input: string | undefined,
  second: number,
  apiReady: boolean,
): RunResult {
  if (machine.state === 'gone') return ran(1, '', `Error: No such container: ${machine.name}`);
  if (machine.state === 'stopped') return ran(1, '', `Error response from daemon: Container ${machine.name} is not running`);
  if (machine.state === 'paused')
    return ran(1, '', `Error response from daemon: Container ${machine.name} is paused, unpause the container before exec`);
  const { files } = machine;
  const [program = '', ...args] = argv;
  const last = args.at(-1) ?? '';
  const absent = () => ran(1, '', `${program}: ${args[args.length - 2]}: No such file or directory`);
  switch (program) {
    case 'sh': {
      // each word after the script is a command, as `askNode` has it
      const answers = args.slice(3).map((command) => runOn(machine, command.split(' '), undefined, second, apiReady));
      return ran(0, answers.map(({ exitCode, stdout }) => `${exitCode} ${Buffer.from(stdout).toString('base64')}`).join('\n'));
    }
    case 'true':
    case 'mkdir':
    case 'chmod':
      return ran(0);
    case 'test':
      return ran(files.has(last) ? 0 : 1);
    case 'base64': {
      const text = files.get(last);
      return text === undefined ? ran(1, '', `base64: ${last}: No such file or directory`) : ran(0, Buffer.from(text).toString('base64'));
    }
    case 'sha256sum':
      return ran(0, `${hash(files.get(last) ?? '')}  ${last}`);
    case 'tee':
      files.set(last, input ?? '');
      return ran(0, input);
    case 'mv': {
      const from = args.at(-2) ?? '';
      const text = files.get(from);
      if (text === undefined) return absent();
      files.delete(from);
      files.set(last, text);
      return ran(0);
    }
    case 'rm':
      files.delete(last);
      return ran(0);
    case 'find': {
      const [folder = ''] = args;
      const found = [...files].filter(([path]) => path === `${folder}/${base(path)}`);
      return ran(0, found.map(([path, text]) => `${hash(text)}  ${path}`).join('\n'));
    }
    case 'systemctl': {
      const [verb] = args;
      if (verb === 'is-active') return machine.kubelet ? ran(0, 'active') : ran(3, 'inactive');
      if (verb !== 'stop' && (!machine.kubelet || verb === 'restart')) {
        machine.kubeletSince = second;
        machine.holdsBack.clear();
      }
      machine.kubelet = verb !== 'stop';
      return ran(0);
    }
    case 'ps': {
      const name = args[1] ?? '';
      if (name === 'kubelet') return machine.kubelet ? ran(0, String(second - machine.kubeletSince)) : ran(1);
      const started = [...machine.processes].filter(([process]) => name.split(',').includes(process.slice(0, 15)));
      const line = ([process, since]: [string, number]) => `${process.slice(0, 15).padEnd(15)} ${String(second - since).padStart(7)}`;
      return started.length > 0 ? ran(0, started.map(line).join('\n')) : ran(1);
    }
    case 'pkill':
      return ran(machine.processes.delete(last) ? 0 : 1);
    case 'ip':
      return ran(0, `192.0.2.1 via 172.18.0.1 dev eth0 src ${machine.address} uid 0 \n    cache`);
    case 'date':
      return ran(0, String(second));
    case 'curl':
      return ran(apiReady ? 0 : 7, apiReady ? '200' : '000');
    default:
      throw new Error(`the fake machine has no program ${program}`);
  }
}

/** Programs that change something. */
export const writes = (argv: readonly string[]): boolean =>
  ['mv', 'rm', 'tee', 'mkdir', 'chmod', 'pkill'].includes(argv[0] ?? '') || (argv[0] === 'systemctl' && argv[1] !== 'is-active');
