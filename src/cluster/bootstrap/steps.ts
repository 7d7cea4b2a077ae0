import { LabError, reasonOf } from '../../lab-error.ts';
import type { Clock } from '../../system/clock.ts';
import type { OnProgress } from '../../system/progress.ts';

/** One named piece of work of the bootstrap. Whether it is needed is looked at, never remembered. */
export interface Step {
  id: string;
  /** What it gives, for people: `Kubernetes 1.34.4, from its Go module`. */
  title: string;
  /** Ids of steps that must be there first. */
  needs: readonly string[];
  /** Steps of one lane run one after the other, lanes side by side. */
  lane: 'system' | 'go' | 'debian' | 'engine';
  /** Seconds on 2 cores. */
  seconds: number;
  /** Room that it takes for good, in megabytes. */
  megabytes: number;
  /** What is already there is not made again; nor is what only that needs. */
  ready(): Promise<boolean>;
  make(note: (text: string) => void, signal: AbortSignal): Promise<void>;
}

/** What has to be done, in an order that respects what needs what. */
export interface Plan {
  steps: Step[];
  /** Seconds that it takes, lanes side by side. */
  seconds: number;
  megabytes: number;
}

/** Looks backwards from the goals: a goal that is ready asks for nothing. */
export async function planFor(goals: readonly string[], steps: readonly Step[]): Promise<Plan> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const missing = new Map<string, Step>();
  const visit = async (id: string): Promise<void> => {
    const step = byId.get(id);
    if (!step) throw new Error(`no step ${id}`);
    if (missing.has(id) || (await step.ready())) return;
    missing.set(id, step);
    for (const need of step.needs) await visit(need);
  };
  for (const goal of goals) await visit(goal);
  const wanted = steps.filter((step) => missing.has(step.id));
  return { steps: wanted, seconds: durationOf(wanted), megabytes: wanted.reduce((sum, step) => sum + step.megabytes, 0) };
}

/** When the last step ends if each starts as soon as its lane is free and its needs are met. */
function durationOf(steps: readonly Step[]): number {
  const end = new Map<string, number>();
  const lanes = new Map<string, number>();
  const left = [...steps];
  while (left.length > 0) {
    const starts = left.map((step) => {
      const open = step.needs.some((need) => left.some((other) => other.id === need));
      const from = Math.max(lanes.get(step.lane) ?? 0, ...step.needs.map((need) => end.get(need) ?? 0));
      return open ? Number.POSITIVE_INFINITY : from;
    });
    const index = starts.indexOf(Math.min(...starts));
    const step = left.splice(index, 1)[0]!;
    const stop = (starts[index] ?? 0) + step.seconds;
    end.set(step.id, stop);
    lanes.set(step.lane, stop);
  }
  return Math.max(0, ...end.values());
}

/**
 * Does the steps of a plan. When one fails the others are stopped and its error is thrown;
 * what was made until then stays, so the next run goes on from there.
 */
export async function carryOut(plan: Plan, options: { onProgress: OnProgress; clock: Clock; signal: AbortSignal }): Promise<void> {
  const { onProgress, clock } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const left = new Set(plan.steps);
  const lanes = new Set<string>();
  const busy = new Set<Step>();
  let running: Promise<void>[] = [];
  let failure: unknown;

  const perform = async (step: Step): Promise<void> => {
    const started = clock.now();
    const seconds = () => (clock.now() - started) / 1000;
    onProgress({ type: 'step-started', step: step.title, expected: step.seconds });
    try {
      await step.make((note) => onProgress({ type: 'step-note', step: step.title, note }), signal);
      onProgress({ type: 'step-done', step: step.title, seconds: seconds() });
    } catch (error) {
      const stopped = signal.aborted && failure !== undefined;
      if (!stopped) failure ??= error;
      onProgress({ type: 'step-failed', step: step.title, seconds: seconds(), reason: stopped ? 'stopped' : reasonOf(error) });
      failed.abort();
    }
  };

  while (left.size > 0 || running.length > 0) {
    if (!signal.aborted) {
      for (const step of [...left]) {
        const waits = step.needs.some((need) => [...left, ...busy].some((other) => other.id === need && other !== step));
        if (waits || lanes.has(step.lane)) continue;
        left.delete(step);
        lanes.add(step.lane);
        busy.add(step);
        const work: Promise<void> = perform(step).finally(() => {
          lanes.delete(step.lane);
          busy.delete(step);
          running = running.filter((other) => other !== work);
        });
        running.push(work);
      }
    } else if (running.length === 0) break;
    if (running.length > 0) await Promise.race(running);
    else if (left.size > 0) throw new Error(`steps wait for each other: ${[...left].map((step) => step.id).join(', ')}`);
  }
  if (failure !== undefined) throw failure;
  if (options.signal.aborted)
    throw new LabError('interrupted', 'interrupted', { hint: 'Run the same command again: it goes on where it stopped.' });
}
