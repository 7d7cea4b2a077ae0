import type { Clock } from '../../system/clock.ts';
import type { Paths } from '../../system/paths.ts';
import type { Run } from '../../system/run.ts';
import type { Cache } from './cache.ts';
import type { Debian } from './debian.ts';
import type { Go, GoTarget } from './go.ts';
import type { Machine } from './machine.ts';

/** What the steps of the bootstrap work with. */
export interface Workshop {
  run: Run;
  clock: Clock;
  paths: Paths;
  machine: Machine;
  cache: Cache;
  /** Folder of the installed kubedrill, with images/. */
  home: string;
  /** Asked for when it is needed: a machine without Go may have everything already. */
  go(): Promise<Go>;
  debian: Debian;
  /** What nodes and Pods run on. */
  node: GoTarget;
}
