import { type PlaceholderValues, renderLive } from '../lab/placeholders.ts';
import { LabError } from '../lab-error.ts';
import type { CheckState, OnDrillEvent } from './events.ts';
import { type Performed, type PerformOptions, perform } from './perform.ts';
import { nodeOf } from './placeholder-values.ts';
import type { Recording } from './recording.ts';

/** How long a check that is waited for may take. */
export const waitBoundMs = 180_000;

export interface LabCommandsOptions extends Omit<PerformOptions, 'signal' | 'onStart' | 'waitForCheck' | 'render'> {
  values: PlaceholderValues;
  recording: Recording;
  /** Grades these checks until they pass, or to the bound. */
  settle(ids: readonly string[], how: { signal: AbortSignal; withinMs: number; patient: true }): Promise<CheckState[]>;
  emit: OnDrillEvent;
}

/** Runs the commands of a drill's lab: those of solutions and of wrong fixes, each told and recorded. */
export class LabCommands {
  private readonly options: LabCommandsOptions;

  constructor(options: LabCommandsOptions) {
    this.options = options;
  }

  /** What one command needs; set-up runs its own with it. */
  optionsOf(signal: AbortSignal): PerformOptions {
    const { cluster, namespace, values } = this.options;
    return {
      ...this.options,
      signal,
      waitForCheck: (id) => this.waitForCheck(id, signal),
      render: (text) => renderLive(text, values, (workload) => nodeOf(workload, cluster.api, namespace, signal)),
    };
  }

  /** `tolerant`: a command that fails is no reason to end. */
  async run(
    commands: readonly string[],
    folder: 'solution' | 'wrong',
    { tolerant, signal }: { tolerant: boolean; signal: AbortSignal },
  ): Promise<Performed[]> {
    const { workspace, emit, lab } = this.options;
    const options = this.optionsOf(signal);
    const performed: Performed[] = [];
    // a wrong fix may start from the solution's files
    if (folder === 'wrong') workspace.bring('solution');
    workspace.bring(folder);
    try {
      for (const command of commands) {
        const result = await perform(command, { ...options, onStart: (argv) => emit({ type: 'command-started', argv }) });
        performed.push(result);
        this.note(result);
        if (result.exitCode !== 0 && !result.mayFail && !tolerant)
          throw new LabError('command-failed', `${result.argv.join(' ')} failed: ${result.stderr.trim()}`, {
            hint: `Start anew: kubedrill reset ${lab}`,
          });
      }
    } finally {
      workspace.clear();
    }
    return performed;
  }

  private note({ mayFail: _, ...shown }: Performed): void {
    const { recording, clock, emit } = this.options;
    const { argv, exitCode, stderr } = shown;
    if (recording.exists) recording.add({ at: clock.now(), type: 'command', argv, exitCode, stderr: stderr.slice(0, 2000) });
    emit({ type: 'command', ...shown });
  }

  private async waitForCheck(id: string, signal: AbortSignal): Promise<string> {
    const [state] = await this.options.settle([id], { signal, withinMs: waitBoundMs, patient: true });
    const verdict = state?.verdict;
    if (verdict?.verdict === 'pass') return `${id} holds: ${verdict.evidence}`;
    const seen = !verdict
      ? 'nothing seen'
      : verdict.verdict === 'error'
        ? verdict.reason
        : `observed ${verdict.observed}, expected ${verdict.expected}`;
    throw new LabError('timed-out', `${this.options.lab}: check ${id} did not pass within ${waitBoundMs / 1000} s: ${seen}`);
  }
}
