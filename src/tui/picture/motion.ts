import type { Picture, PodDot, PodLook } from './model.ts';

/** How long a change stays marked, in milliseconds. */
export const markedMs = 2000;

/** When each Pod was last seen to change, and the Pods that have just gone. Holds present Pods and those gone within `markedMs`. */
export type Motion = ReadonlyMap<string, { pod: PodDot; owner: string; look: PodLook; since: number }>;

export const noMotion: Motion = new Map();

/** Compares a new picture with what was seen before. On the first look nothing has moved. */
export function motionOf(before: Motion, picture: Picture, now: number): Motion {
  const after = new Map<string, { pod: PodDot; owner: string; look: PodLook; since: number }>();
  const first = before.size === 0;
  for (const { owner, pod } of podsOf(picture)) {
    const seen = before.get(pod.uid);
    const since = seen ? (seen.look === pod.look ? seen.since : now) : first ? 0 : now;
    after.set(pod.uid, { pod, owner, look: pod.look, since });
  }
  for (const [uid, seen] of before) {
    if (after.has(uid)) continue;
    const since = seen.look === 'gone' ? seen.since : now;
    if (now - since < markedMs)
      after.set(uid, { pod: { ...seen.pod, look: 'gone', word: 'gone' }, owner: seen.owner, look: 'gone', since });
  }
  return after;
}

/** Every Pod with the name of what it is drawn under; `''` for those that stand alone. */
export function* podsOf(picture: Picture): Generator<{ owner: string; pod: PodDot }> {
  for (const { sets } of picture.workloads) for (const { name, pods } of sets) for (const pod of pods) yield { owner: name, pod };
  for (const pod of picture.loose) yield { owner: '', pod };
}

/** Pods that went away a moment ago, which were drawn under `owner`. */
export const goneFrom = (motion: Motion, owner: string, now: number): PodDot[] =>
  [...motion.values()].filter((seen) => seen.look === 'gone' && seen.owner === owner && now - seen.since < markedMs).map(({ pod }) => pod);

export const isMarked = (motion: Motion, pod: PodDot, now: number): boolean => now - (motion.get(pod.uid)?.since ?? 0) < markedMs;

/** Whether anything is still marked: then the screen must be drawn again when the mark ends. */
export const isMoving = (motion: Motion, now: number): boolean => [...motion.values()].some(({ since }) => now - since < markedMs);
