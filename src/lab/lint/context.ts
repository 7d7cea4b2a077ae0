import type { DataPath, Position, Problem } from '../diagnostics.ts';
import type { Draft } from '../draft.ts';
import type { LabRegistry } from '../registry.ts';

/** What every part of the lint looks at, and where it says what it found. */
export interface LintContext {
  draft: Draft;
  /** Texts of the lab's files by their path in it, without `lab.yaml`. */
  files: Record<string, string>;
  registry: LabRegistry;
  /** It has the cluster alone. */
  exclusive: boolean;
  error(path: DataPath, message: string): void;
  /** At a character of a text of the lab file, where that can be told. */
  errorWithin(path: DataPath, offset: number | undefined, message: string): void;
  /** About a file beside `lab.yaml`. */
  inFile(file: string, at: Position & { severity?: Problem['severity']; message: string; path?: DataPath }): void;
}

export type Lint = (context: LintContext) => void;
