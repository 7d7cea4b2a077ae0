import { longName, takesValue } from './kubectl-flags.ts';

export interface KubectlFlag {
  /** Its long name. */
  name: string;
  /** `undefined` where none was given. */
  value: string | undefined;
}

/** A kubectl command line, read as kubectl's own parser (pflag) reads it. */
export interface KubectlArgv {
  verb: string;
  /** Everything after the verb that is no flag, up to `--`. */
  operands: string[];
  flags: KubectlFlag[];
  /** What comes after `--`: the command of a container. */
  inner: string[];
}

/** Reads an argv without its leading `kubectl`. Underscores in flag names are dashes to kubectl. */
export function readKubectl(argv: readonly string[]): KubectlArgv | { problem: string } {
  const flags: KubectlFlag[] = [];
  const plain: string[] = [];
  let inner: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index]!;
    const next = () => argv[++index];
    if (word === '--') {
      inner = argv.slice(index + 1);
      break;
    }
    if (word.startsWith('--')) {
      const [, written, value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word)!;
      const name = written!.replaceAll('_', '-');
      const taken = value === undefined && takesValue(name, plain[0]) ? next() : value;
      if (value === undefined && taken !== '-' && taken?.startsWith('-')) return hidden(word, taken);
      flags.push({ name, value: taken });
    } else if (word.startsWith('-') && word.length > 1) {
      const cluster = readShort(word.slice(1), plain[0], next);
      if ('problem' in cluster) return cluster;
      flags.push(...cluster.flags);
    } else plain.push(word);
  }
  const [verb, ...operands] = plain;
  if (verb === undefined) return { problem: 'kubectl is told nothing to do' };
  return { verb, operands, flags, inner };
}

/** `-it`, `-nNAME`, `-n=NAME`, `-n NAME`: letters up to the first that takes a value, which is all the rest. */
function readShort(
  letters: string,
  verb: string | undefined,
  next: () => string | undefined,
): { flags: KubectlFlag[] } | { problem: string } {
  const flags: KubectlFlag[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at]!;
    const name = longName(letter, verb);
    if (name === undefined) return { problem: `-${letter} is no flag of kubectl that labs may use` };
    const rest = letters.slice(at + 1);
    if (takesValue(name, verb) || rest.startsWith('=')) {
      const value = rest === '' ? next() : rest.replace(/^=/, '');
      if (rest === '' && value?.startsWith('-') && value !== '-') return hidden(`-${letter}`, value);
      flags.push({ name, value });
      return { flags };
    }
    flags.push({ name, value: undefined });
  }
  return { flags };
}

/** A flag that this reading takes for the value of another must not reach kubectl as a flag. */
const hidden = (flag: string, value: string) => ({ problem: `${flag} is followed by ${value}: write ${flag}=... for its value` });
