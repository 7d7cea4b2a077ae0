import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeWhole } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';

/** What is kept of a drill between processes; durable after every change. */
export interface DrillRecord {
  lab: string;
  cluster: string;
  namespace: string;
  /** What keeps it going: one process (it is over when that ends), or one command after the other. */
  by?: 'process' | 'commands';
  /** `setting-up` and `resetting` mean that a crash left the namespace half made. */
  phase: 'setting-up' | 'running' | 'resetting' | 'finished';
  startedAt: number;
  current: number;
  steps: Record<
    string,
    { state: 'todo' | 'current' | 'passed' | 'solved'; hintsOpened: string[]; earned: number; faultInjected?: boolean }
  >;
  latched: string[];
  predicted: Record<string, { given: string; right: boolean }[]>;
  attempts: number;
  /** Fingerprint of the start state, right after set-up. */
  fingerprint: Record<string, string>;
  /** The best finished run. */
  best?: { score: number; of: number; passed: boolean; at: number };
}

const folderOf = (paths: Paths) => join(paths.state, 'drills');
const fileOf = (paths: Paths, lab: string) => join(folderOf(paths), `${lab}.json`);

/** Everything that a drill keeps on disk. */
export const drillFiles = (paths: Paths, lab: string) => ({
  record: fileOf(paths, lab),
  baseline: join(folderOf(paths), `${lab}.baseline.json`),
  timeline: join(folderOf(paths), `${lab}.timeline.jsonl`),
  commands: join(folderOf(paths), `${lab}.commands`),
  recorder: join(folderOf(paths), `${lab}.recorder.lock`),
  workspace: join(paths.state, 'work', lab),
  shims: join(paths.state, 'shims', lab),
});

export function loadDrill(paths: Paths, lab: string): DrillRecord | undefined {
  const text = readIfThere(fileOf(paths, lab));
  if (!text) return undefined;
  try {
    return JSON.parse(text) as DrillRecord;
  } catch {
    return undefined; // written whole or not at all; a foreign file is no drill
  }
}

export function saveDrill(paths: Paths, record: DrillRecord): void {
  writeWhole(fileOf(paths, record.lab), `${JSON.stringify(record, null, 1)}\n`);
}

/** Forgets the run, keeps the best result. */
export function forgetRun(paths: Paths, lab: string): void {
  const { baseline, timeline, commands, workspace, shims } = drillFiles(paths, lab);
  for (const path of [baseline, timeline, commands, workspace, shims]) rmSync(path, { recursive: true, force: true });
}

export interface DrillSummary {
  state: 'new' | 'started' | 'passed';
  points: number;
}

/** State of every drill that was ever started, by lab. */
export function drillStates(paths: Paths): Record<string, DrillSummary> {
  let files: string[];
  try {
    files = readdirSync(folderOf(paths));
  } catch {
    return {};
  }
  const states: Record<string, DrillSummary> = {};
  for (const file of files) {
    if (!file.endsWith('.json') || file.endsWith('.baseline.json')) continue;
    const record = loadDrill(paths, file.slice(0, -'.json'.length));
    if (!record) continue;
    states[record.lab] = {
      state: record.best?.passed ? 'passed' : record.phase === 'finished' && !record.best ? 'new' : 'started',
      points: record.best?.score ?? 0,
    };
  }
  return states;
}
