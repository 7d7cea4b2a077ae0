import type { Lab } from '../lab/schema.ts';

type UsedBy = Pick<Lab, 'id' | 'folder' | 'setup' | 'steps' | 'wrong' | 'needs' | 'files'>;

/** Undoes git's quoting of unusual names: `"labs/\303\274/a b"`. @see git-config(1) core.quotePath */
function unquoted(line: string): string {
  if (!line.startsWith('"') || !line.endsWith('"')) return line;
  const bytes: number[] = [];
  const text = line.slice(1, -1);
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character !== '\\') {
      bytes.push(...new TextEncoder().encode(character));
      continue;
    }
    const octal = /^[0-7]{3}/.exec(text.slice(index + 1))?.[0];
    if (octal) {
      bytes.push(Number.parseInt(octal, 8));
      index += 3;
    } else {
      const next = text[++index] ?? '\\';
      bytes.push(...new TextEncoder().encode({ t: '\t', n: '\n', r: '\r' }[next] ?? next));
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Every grader, fault and image that a lab names, wherever in it. */
function usesOf(lab: UsedBy): { graders: Set<string>; faults: Set<string>; images: Set<string> } {
  const uses = { graders: new Set<string>(), faults: new Set<string>(), images: new Set(lab.needs.images) };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const { grader, use } = value as { grader?: unknown; use?: unknown };
    if (typeof grader === 'string') uses.graders.add(grader);
    if (typeof use === 'string') uses.faults.add(use);
    for (const inner of Object.values(value)) walk(inner);
  };
  walk([lab.setup, lab.steps, lab.wrong]);
  for (const text of [...Object.values(lab.files), JSON.stringify([lab.setup, lab.steps, lab.wrong])])
    for (const [, name] of text.matchAll(/\bkd\/([a-z0-9-]+)/g)) uses.images.add(`kd/${name}`);
  return uses;
}

const liesIn = (path: string, folder: string): boolean => {
  const parts = path.split('/');
  return parts.slice(0, -1).some((_, end) => {
    const parent = parts.slice(0, end + 1).join('/');
    return folder === parent || folder.endsWith(`/${parent}`);
  });
};

/**
 * The labs that a change may have broken: their own files, a grader, a fault or an image that they use; what all graders, or all
 * faults, share means all that have one.
 * `diff` is the output of `git diff --name-only`.
 */
export function changedLabs<L extends UsedBy>(labs: readonly L[], diff: string): L[] {
  const paths = diff
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter(Boolean)
    .map(unquoted);
  const named = (pattern: RegExp) => new Set(paths.flatMap((path) => pattern.exec(path)?.[1] ?? []));
  if (paths.some((path) => /(^|\/)src\/grading\//.test(path))) return [...labs];
  const allFaults = paths.some((path) => /(^|\/)src\/faults\/[a-z-]+\.ts$/.test(path));
  const graders = named(/(?:^|\/)graders\/([a-z0-9-]+)\.ts$/);
  const faults = named(/(?:^|\/)faults\/catalogue\/([a-z0-9-]+)(?:\.ts|\/)/);
  const images = named(/(?:^|\/)images\/apps\/([a-z0-9-]+)\//);
  const sharedByImages = images.has('internal');
  return labs.filter((lab) => {
    if (paths.some((path) => liesIn(path, lab.folder))) return true;
    const uses = usesOf(lab);
    const usesImage = [...uses.images].some((image) => sharedByImages || images.has(image.replace(/^kd\//, '').replace(/:.*/, '')));
    return (
      usesImage ||
      (allFaults && uses.faults.size > 0) ||
      [...graders].some((id) => uses.graders.has(id)) ||
      [...faults].some((id) => uses.faults.has(id))
    );
  });
}
