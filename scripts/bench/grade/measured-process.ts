import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  code: number;
  seconds: number;
  /** Seconds of CPU: what it takes on a machine that has others to serve. */
  cpu: number;
  /** Greatest resident set in MB, from /proc; NaN where there is none. */
  megabytes: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end and measures it from outside, start of the process included. */
export function measure(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    let megabytes = Number.NaN;
    let cpu = Number.NaN;
    const look = () => {
      try {
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        if (peak) megabytes = Number(peak) / 1024;
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        if (fields[0] !== 'Z') cpu = (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        // it has ended, or there is no /proc
      }
    };
    const looking = setInterval(look, 20);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(looking);
      resolve({ code: code ?? -1, seconds: (performance.now() - started) / 1000, cpu, megabytes, ...out });
    });
  });
}
