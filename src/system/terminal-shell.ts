/** What is started for the learner, with everything it needs. */
export interface ShellStart {
  program: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string | undefined>;
}

/** Variables of the terminal around kubedrill that would mislead a program inside it. */
const outerTerminal = ['TMUX', 'TMUX_PANE', 'STY', 'LINES', 'COLUMNS'] as const;

/** The environment of a shell: kubedrill's own, with the drill's over it. */
export function shellEnv(own: Record<string, string | undefined>, drill: Record<string, string>, inPane: boolean): Record<string, string> {
  const env = Object.fromEntries(Object.entries({ ...own, ...drill }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  if (!inPane) return env;
  for (const name of outerTerminal) delete env[name];
  // the drill's folder lies deep: bash's usual prompt would take most of a pane's row
  return { PROMPT_DIRTRIM: '1', ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
}

/** Runs a shell on the terminal itself until the learner leaves it. There is no bound: the learner is the bound. */
export async function runShell(start: ShellStart): Promise<{ ok: true; exitCode: number } | { ok: false; reason: string }> {
  const { execa } = await import('execa');
  const result = await execa(start.program, [...start.args], {
    reject: false,
    stdio: 'inherit',
    cwd: start.cwd,
    env: start.env,
    extendEnv: false,
  });
  if (result.code === 'ENOENT') return { ok: false, reason: `there is no program ${start.program}` };
  if (result.exitCode === undefined && !result.isTerminated)
    return { ok: false, reason: result.shortMessage ?? 'the shell could not be started' };
  return { ok: true, exitCode: result.exitCode ?? 0 };
}
