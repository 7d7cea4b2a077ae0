import { type DataPath, dotted, type Position, type Problem, sortProblems } from './diagnostics.ts';
import { type Draft, draftOf } from './draft.ts';
import { lintCommands } from './lint/commands.ts';
import type { LintContext } from './lint/context.ts';
import { lintFiles } from './lint/files.ts';
import { lintIds } from './lint/ids.ts';
import { lintManifests } from './lint/manifests.ts';
import { lintPlaceholders } from './lint/placeholders.ts';
import { lintSteps } from './lint/steps.ts';
import { lintUses } from './lint/uses.ts';
import type { LabRegistry } from './registry.ts';
import { type Lab, type LabData, labSchema } from './schema.ts';
import { findings } from './schema-issues.ts';
import { type KubeDocument, parseKubeYaml } from './yaml.ts';

/** A lab's folder as it was read. */
export interface LabSource {
  /** Its path for messages, e.g. `labs/inside/in-first-pod`; its last two parts are the track and the id. */
  folder: string;
  /** Texts by their path in the folder, `lab.yaml` among them. */
  files: Record<string, string>;
  /** What could not be read (a link, a binary file): path in the folder -> reason. */
  unreadable?: Record<string, string>;
}

export interface LoadedLab {
  /** Only there without errors. */
  lab?: Lab;
  problems: Problem[];
}

const lints = [lintIds, lintSteps, lintUses, lintCommands, lintManifests, lintFiles, lintPlaceholders];
const origin: Position = { line: 1, column: 1 };

/** Loads and lints a lab. Pure; every problem is found at once, and a lab with an error is not there. */
export function loadLab(source: LabSource, registry: LabRegistry): LoadedLab {
  const problems: Problem[] = [];
  const { 'lab.yaml': text, ...files } = source.files;
  const say = (file: string, at: Position, message: string, path: DataPath = [], severity: Problem['severity'] = 'error') =>
    problems.push({ severity, file: `${source.folder}/${file}`, line: at.line, column: at.column, at: dotted(path), message });
  for (const [file, reason] of Object.entries(source.unreadable ?? {})) say(file, origin, reason);
  const done = (lab?: Lab): LoadedLab => {
    const sorted = sortProblems(problems);
    return sorted.some(({ severity }) => severity === 'error') ? { problems: sorted } : { lab, problems: sorted };
  };
  if (text === undefined) {
    say('lab.yaml', origin, 'is missing');
    return done();
  }
  const parsed = parseKubeYaml(text, `${source.folder}/lab.yaml`);
  problems.push(...parsed.problems);
  const [document, second] = parsed.documents;
  if (second) say('lab.yaml', second.start, 'a lab is one document, this is a second one');
  if (!document) {
    if (parsed.problems.length === 0) say('lab.yaml', origin, 'is empty');
    return done();
  }

  const draft = draftOf(document.value);
  const exclusive = draft.needs.exclusive || draft.faults.some(({ id }) => registry.faults.get(id.text)?.scope === 'cluster');
  const read = labSchema.safeParse(document.value);
  if (!read.success) {
    for (const { path, message, onKey } of findings(labSchema, document.value, read.error.issues))
      say('lab.yaml', onKey ? document.keyPositionOf(path) : document.positionOf(path), message, path);
  }
  const broken = new Set(problems.map(({ at }) => at));
  const context: LintContext = {
    draft,
    files,
    registry,
    exclusive,
    // what is not even of the right shape needs no second complaint
    error: (path, message) => void (broken.has(dotted(path)) || say('lab.yaml', document.positionOf(path), message, path)),
    errorWithin: (path, offset, message) => say('lab.yaml', within(text, document, path, offset), message, path),
    inFile: (file, at) => say(file, at, at.message, at.path, at.severity),
  };
  lintPlace(source.folder, draft, context);
  for (const lint of lints) lint(context);
  return done(read.success ? complete(read.data, { folder: source.folder, files, exclusive }) : undefined);
}

/** A lab lies in `<track>/<id>`: that is how it is found. */
function lintPlace(folder: string, { id, track }: Draft, { error }: LintContext): void {
  const [parent, own] = folder.split('/').slice(-2);
  if (id && own !== undefined && id.text !== own) error(id.path, `the id "${id.text}" is not the name of its folder, "${own}"`);
  if (track && parent !== undefined && own !== undefined && track.text !== parent)
    error(track.path, `the track "${track.text}" is not the name of the folder above, "${parent}"`);
}

function complete(data: LabData, rest: { folder: string; files: Record<string, string>; exclusive: boolean }): Lab {
  const steps = data.steps.map((step) => ({
    ...step,
    checks: step.checks.map((check) => (check.guard ? { ...check, points: 0 } : check)),
  }));
  return { ...data, steps, ...rest };
}

/** Where a character of a one-line text stands; the start of the text where it cannot be told (escapes, folded lines). */
function within(source: string, document: KubeDocument, path: DataPath, offset: number | undefined): Position {
  const start = document.positionOf(path);
  const value = path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | undefined)?.[part], document.value);
  if (offset === undefined || typeof value !== 'string') return start;
  const rest = (source.split('\n')[start.line - 1] ?? '').slice(start.column - 1);
  const quote = /^["']/.test(rest) ? 1 : 0;
  return rest.slice(quote).startsWith(value) ? { line: start.line, column: start.column + quote + offset } : start;
}
