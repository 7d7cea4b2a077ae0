import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of one process on this machine; a pid alone is given out again after its process ended. */
export interface ProcessIdentity {
  pid: number;
  /** Boot id and clock ticks since boot (Linux), or what `ps` prints (elsewhere); empty when it cannot be told. */
  startTime: string;
}

/** Which processes run, as a port. */
export interface Processes {
  self(): ProcessIdentity;
  /** Whether this very process still runs, and not another one that was given its pid. */
  isAlive(process: ProcessIdentity): boolean;
}

/** When a process started, or `undefined` when there is no such process. @see proc_pid_stat(5), field 22 */
function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // the name, in parentheses, may hold spaces and parentheses itself
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ESRCH' ? undefined : '';
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim();
  } catch {
    return signalReaches(pid) ? '' : undefined;
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export const processes: Processes = {
  self: () => ({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }),
  isAlive: ({ pid, startTime }) => {
    const now = startTimeOf(pid);
    if (now === undefined) return false;
    return now === '' || startTime === '' || now === startTime;
  },
};
