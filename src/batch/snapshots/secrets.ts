import { pbkdf2Sync } from 'node:crypto';
import type { BaselineData } from '../../drill/baseline.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { TimelineEntry } from '../../grading/timeline.ts';

/** A value of a Secret in a snapshot: what it hashes to with the snapshot's salt. */
export const hashPrefix = 'kubedrill-hash:';
const rounds = 1000;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Hashes values with one salt; slowly enough that a list of usual passwords is no bargain. */
export class SecretHasher {
  readonly #salt: string;
  readonly #known = new Map<string, string>();

  constructor(salt: string) {
    this.#salt = salt;
  }

  /** Of a value as Secrets hold it: in base64. */
  hash(base64: string): string {
    const bytes = Buffer.from(base64, 'base64');
    const canonical = bytes.toString('base64');
    const known = this.#known.get(canonical);
    if (known) return known;
    const made = `${hashPrefix}${pbkdf2Sync(bytes, this.#salt, rounds, 16, 'sha256').toString('hex')}`;
    this.#known.set(canonical, made);
    return made;
  }

  hashText(text: string): string {
    return this.hash(Buffer.from(text, 'utf8').toString('base64'));
  }

  /** A Secret without its values; every other object as it is. */
  object(object: KubeObject): KubeObject {
    if (object.kind !== 'Secret') return object;
    const { data, stringData: _text, metadata, ...rest } = object;
    const { [lastApplied]: _, ...annotations } = metadata.annotations ?? {};
    const hashed = Object.entries((data ?? {}) as Record<string, unknown>).map(([key, value]) => [key, this.hash(String(value))]);
    return {
      ...rest,
      metadata: { ...metadata, ...(metadata.annotations ? { annotations } : {}) },
      ...(data ? { data: Object.fromEntries(hashed) } : {}),
    } as KubeObject;
  }

  /** An entry without values of Secrets: neither in objects nor in what was typed. */
  entry(entry: TimelineEntry): TimelineEntry {
    if (entry.type === 'object') return { ...entry, object: this.object({ ...entry.object, kind: entry.kind }) };
    if (entry.type !== 'command') return entry;
    const argv = this.#argv(entry.argv);
    return argv === entry.argv ? entry : { ...entry, argv, stderr: '' };
  }

  baseline(baseline: BaselineData): BaselineData {
    return { ...baseline, objects: baseline.objects.map(([kind, object]) => [kind, this.object({ ...object, kind })]) };
  }

  /** `--from-literal=password=x` keeps its key; patches and passwords are left out. */
  #argv(argv: readonly string[]): string[] {
    if (!argv.some((word) => /secret|password|token/i.test(word))) return argv as string[];
    let next: 'literal' | 'hidden' | undefined;
    return argv.map((word) => {
      const kind = next;
      next = undefined;
      if (kind === 'hidden') return '(left out)';
      if (kind === 'literal') return this.#literal(word);
      const [, flag = '', value] = /^(--?[\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
      if (flag === '--from-literal') {
        if (value === undefined) next = 'literal';
        else return `--from-literal=${this.#literal(value)}`;
      } else if (/^(-p|--patch|--overrides|--docker-password|--token|--raw)$/.test(flag)) {
        if (value === undefined) next = 'hidden';
        else return `${flag}=(left out)`;
      }
      return word;
    });
  }

  #literal(text: string): string {
    const at = text.indexOf('=');
    return at < 0 ? text : `${text.slice(0, at + 1)}${this.hashText(text.slice(at + 1))}`;
  }
}
