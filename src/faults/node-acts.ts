import { createHash } from 'node:crypto';
import { hashesIn, hashing } from '../grading/on-node.ts';
import { LabError } from '../lab-error.ts';
import { pasteable, type RunResult } from '../system/run.ts';
import type { FaultContext } from './fault.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether anything can be run on the node: not while it is paused, stopped or gone. */
export async function nodeAnswers(context: FaultContext, node: string): Promise<{ answers: boolean; seen: string }> {
  const result = await context.nodes.exec(node, ['true'], { timeoutMs: 10_000, signal: context.signal });
  return { answers: result.ok, seen: result.ok ? `${node} answers` : `${node} does not answer: ${lastWord(result)}` };
}

const lastWord = (result: RunResult): string =>
  result.outcome === 'exited'
    ? result.stderr.trim() || `exit code ${result.exitCode}`
    : `${result.outcome} after ${Math.round(result.ms)} ms`;

/** Runs a program on a node as root; a node on which nothing runs now is `no-cluster`, to be tried again. */
export async function onNode(context: FaultContext, node: string, argv: readonly string[], input?: string): Promise<string> {
  const result = await tryOnNode(context, node, argv, input);
  if (result.ok) return result.stdout;
  throw new LabError('fault-failed', `${argv.join(' ')} on ${node} failed: ${lastWord(result)}`);
}

/** The same for programs whose exit code is an answer, such as `test` and `pgrep`. */
export async function tryOnNode(context: FaultContext, node: string, argv: readonly string[], input?: string): Promise<RunResult> {
  const result = await context.nodes.exec(node, argv, {
    timeoutMs: 30_000,
    signal: context.signal,
    ...(input === undefined ? {} : { input }),
  });
  if (result.ok) return result;
  // an engine that cannot enter the node fails as the program would: ask for what never fails
  const { answers, seen } = await nodeAnswers(context, node);
  if (!answers || result.outcome !== 'exited')
    throw new LabError('no-cluster', answers ? `${argv.join(' ')} on ${node}: ${lastWord(result)}` : seen);
  return result;
}

export interface Answer {
  /** It ended with exit code 0. */
  ok: boolean;
  stdout: string;
}

/** For each command a line: its exit code, and what it said in base64. */
const asking = `for command; do
  said=$(eval "$command" 2>/dev/null)
  printf '%s %s\\n' "$?" "$(printf %s "$said" | base64 -w0)"
done`;

/** Runs several programs on a node, each whatever the others did, and in one go: to enter a node costs far more than what is run there. */
export async function askNode(context: FaultContext, node: string, questions: readonly (readonly string[])[]): Promise<Answer[]> {
  if (questions.length === 0) return [];
  const commands = questions.map(([program = '', ...args]) => pasteable(program, args));
  const answers = (await onNode(context, node, ['sh', '-c', asking, 'sh', ...commands])).split('\n').flatMap((line): Answer[] => {
    const [, code, said = ''] = /^(\d+) (\S*)$/.exec(line) ?? [];
    return code === undefined ? [] : [{ ok: code === '0', stdout: Buffer.from(said, 'base64').toString('utf8') }];
  });
  if (answers.length !== questions.length)
    throw new LabError('fault-failed', `${node} gave ${answers.length} answers to ${questions.length} questions`);
  return answers;
}

export const fileExists = async (context: FaultContext, node: string, path: string): Promise<boolean> =>
  (await tryOnNode(context, node, ['test', '-e', path])).ok;

/** The exact text of a file on a node, or `undefined` when there is none. */
export async function readFileOn(context: FaultContext, node: string, path: string): Promise<string | undefined> {
  const result = await tryOnNode(context, node, ['base64', '-w0', path]);
  if (result.ok) return Buffer.from(result.stdout, 'base64').toString('utf8');
  if (await fileExists(context, node, path)) throw new LabError('fault-failed', `could not read ${path} on ${node}: ${lastWord(result)}`);
  return undefined;
}

/** Writes a file on a node: whole in `by` (a folder of the same file system, which nobody watches), then renamed into its place. */
export async function writeFileOn(context: FaultContext, node: string, path: string, text: string, by: string): Promise<void> {
  const fresh = `${by}/${path.slice(path.lastIndexOf('/') + 1)}.new`;
  await onNode(context, node, ['mkdir', '-p', by]);
  await onNode(context, node, ['tee', fresh], text);
  const written = (await onNode(context, node, ['sha256sum', fresh])).split(' ')[0];
  if (written !== sha256(text)) throw new LabError('fault-failed', `${fresh} on ${node} did not arrive whole`);
  await onNode(context, node, ['chmod', '600', fresh]);
  await onNode(context, node, ['mv', '-f', fresh, path]);
}

/** SHA-256 of each file of a folder on a node, by its name; none for a folder that is not there. */
export async function hashesIfAny(context: FaultContext, node: string, folder: string): Promise<Map<string, string>> {
  return hashesIn((await tryOnNode(context, node, hashing(folder))).stdout);
}

export async function kubeletActive(context: FaultContext, node: string): Promise<boolean> {
  const result = await tryOnNode(context, node, ['systemctl', 'is-active', 'kubelet']);
  return result.stdout.trim() === 'active';
}
