import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the nursery of the heap at its first size. For a process that runs for hours: what is let grow to tens of megabytes by the
 * first burst of objects (a list of Pods, a catalogue) stays with it to its end.
 * @see V8's flag `--semi-space-growth-factor`
 */
export const keepNurserySmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');
