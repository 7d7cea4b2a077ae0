import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where kubedrill keeps things on this machine; nothing else is ever written. */
export interface Paths {
  /** Drills, journal, private kubeconfigs, locks. `$KUBEDRILL_STATE`, else `$XDG_STATE_HOME/kubedrill`. */
  state: string;
  /** What can be made again: builds, binaries. `$KUBEDRILL_CACHE`, else `$XDG_CACHE_HOME/kubedrill`. */
  cache: string;
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
export function pathsFrom(env: Record<string, string | undefined>): Paths {
  const home = env.HOME || homedir();
  return {
    state: env.KUBEDRILL_STATE || join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'kubedrill'),
    cache: env.KUBEDRILL_CACHE || join(env.XDG_CACHE_HOME || join(home, '.cache'), 'kubedrill'),
  };
}
