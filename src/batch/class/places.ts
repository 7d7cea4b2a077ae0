import { dirname, resolve } from 'node:path';
import { type Guarded, guardKubeconfig } from '../kubeconfig-guard.ts';
import { readKubeconfig } from '../read-kubeconfig.ts';
import type { Roster, RosterLearner } from '../roster.ts';

/** Where each learner of a roster works, once the guard has seen the kubeconfig; one that many share is read once. */
export function guardedPlaces(roster: Roster, path: string): { learner: RosterLearner; place: Guarded | 'home' }[] {
  const folder = dirname(resolve(path));
  const known = new Map<string, Guarded>();
  return roster.learners.map((learner) => {
    if (learner.kubeconfig === undefined) return { learner, place: 'home' };
    const key = JSON.stringify([learner.kubeconfig, learner.context ?? '']);
    const before = known.get(key);
    if (before) return { learner, place: before };
    const read = readKubeconfig(resolve(folder, learner.kubeconfig));
    const place: Guarded =
      'reason' in read ? { ok: false, reason: read.reason } : guardKubeconfig(read.text, learner.kubeconfig, learner.context);
    known.set(key, place);
    return { learner, place };
  });
}
