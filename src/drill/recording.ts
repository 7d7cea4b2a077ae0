import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Timeline, TimelineEntry } from '../grading/timeline.ts';
import { unwritable } from '../system/files.ts';

/** Reads a growing file of lines from where it stopped last time; a torn last line waits for its end. */
class GrowingFile {
  private offset = 0;
  private rest = '';
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  newLines(): string[] {
    let file: number;
    try {
      file = openSync(this.path, 'r');
    } catch {
      return [];
    }
    try {
      const size = fstatSync(file).size;
      if (size < this.offset) {
        this.offset = 0;
        this.rest = '';
      }
      if (size === this.offset) return [];
      const buffer = Buffer.alloc(size - this.offset);
      readSync(file, buffer, 0, buffer.length, this.offset);
      this.offset = size;
      const lines = (this.rest + buffer.toString('utf8')).split('\n');
      this.rest = lines.pop() ?? '';
      return lines.filter(Boolean);
    } finally {
      closeSync(file);
    }
  }
}

/**
 * The recording of a drill: an append-only file of timeline entries. One process owns it and writes what the mirror sees;
 * any process may add what it did itself (a command, a fault), and any may follow it.
 */
export class Recording implements Timeline {
  private readonly file: GrowingFile;
  private readonly commands: GrowingFile;
  private known: TimelineEntry[] = [];
  private readonly path: string;
  private descriptor: number | undefined;

  constructor(path: string, commandLog: string) {
    this.path = path;
    this.file = new GrowingFile(path);
    this.commands = new GrowingFile(commandLog);
  }

  /** Adds an entry; it is seen by every process that reads the recording. */
  add(entry: TimelineEntry): void {
    try {
      this.descriptor ??= openSync(this.path, 'a', 0o600);
      writeSync(this.descriptor, `${JSON.stringify(entry)}\n`);
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
  }

  private refresh(): void {
    const fresh: TimelineEntry[] = [];
    for (const line of this.file.newLines()) {
      try {
        fresh.push(JSON.parse(line) as TimelineEntry);
      } catch {
        // half a line from a crash: what it said is lost, what follows is not
      }
    }
    for (const line of this.commands.newLines()) {
      const command = typedCommand(line);
      if (command) fresh.push(command);
    }
    if (fresh.length === 0) return;
    const last = this.known.at(-1)?.at ?? 0;
    const inOrder = fresh.every((entry, index) => entry.at >= (fresh[index - 1]?.at ?? last));
    this.known = [...this.known, ...fresh];
    if (!inOrder) this.known.sort((a, b) => a.at - b.at);
  }

  get since(): number {
    return this.entries()[0]?.at ?? 0;
  }

  entries(): readonly TimelineEntry[] {
    this.refresh();
    return this.known;
  }

  /** There is a recording to grade on. */
  get exists(): boolean {
    return this.entries().some((entry) => entry.type === 'recording-started');
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

/** A line of the kubectl shim: seconds, exit code, base64 of the NUL-joined words. */
function typedCommand(line: string): TimelineEntry | undefined {
  const [, seconds, exitCode, encoded] = /^(\d+) (\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  if (encoded === undefined) return undefined;
  const argv = Buffer.from(encoded, 'base64').toString('utf8').split('\0').slice(0, -1);
  // the shim notes the end of the command in whole seconds; the end of that second keeps it after what it caused
  return { at: Number(seconds) * 1000 + 999, type: 'command', argv: ['kubectl', ...argv], exitCode: Number(exitCode), stderr: '' };
}
