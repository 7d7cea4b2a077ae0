/** Every way in which kubedrill stops with a message a person must act on. One table gives the exit codes. */
export const exitCodes = {
  usage: 2,
  'lab-invalid': 2,
  'missing-program': 3,
  'command-failed': 3,
  'no-cluster': 3,
  'not-owned': 3,
  'cluster-busy': 3,
  'cluster-failed': 3,
  'build-failed': 3,
  'state-unwritable': 3,
  'set-up-failed': 3,
  'reset-failed': 3,
  'fault-refused': 3,
  'fault-failed': 3,
  'recovery-failed': 3,
  'could-not-grade': 3,
  'timed-out': 3,
  'not-possible-here': 3,
  'refused-input': 3,
  interrupted: 130,
  internal: 3,
} as const satisfies Record<string, 1 | 2 | 3 | 130>;

export type ErrorCode = keyof typeof exitCodes;

/**
 * What a person must act on. `message` states the fact with the name and the value,
 * `hint` is one sentence with a command that mends it. What may well happen
 * (a check fails, a Pod is not ready, the API is away) is a value, never this.
 */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** What an error says, in its own words. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
