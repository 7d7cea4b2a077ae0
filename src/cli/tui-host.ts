import type { Drill } from '../drill/drill.ts';
import type { DrillEvent, FaultInForce } from '../drill/events.ts';
import { unmetNeeds } from '../drill/needs.ts';
import { labPoints } from '../drill/score.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { drillStates } from '../store/drills.ts';
import type { OnProgress } from '../system/progress.ts';
import type { ClusterState, HomeState, LabCard, TuiHost, TuiSettings } from '../tui/host.ts';
import type { ClusterHandle } from './cluster-handle.ts';
import type { CommandContext } from './command.ts';

const clusterEveryMs = 5000;

function needsInWords(lab: Lab): string[] {
  const { workers, metrics, ingress } = lab.needs;
  return [
    ...(workers > 0 ? [`${workers} ${workers === 1 ? 'worker' : 'workers'}`] : []),
    ...(metrics ? ['metrics-server'] : []),
    ...(ingress ? ['an ingress controller'] : []),
    ...(lab.exclusive ? ['alone on the cluster'] : []),
  ];
}

/** The terminal UI's view of the real thing. What is heavy is loaded when it is first needed, after the first frame. */
export function tuiHost(context: CommandContext, options: { name: string; labs: string[]; yes: boolean }): TuiHost {
  let home: HomeState = { catalogue: { state: 'loading' }, cluster: { state: 'looking' }, faults: [] };
  const listeners = new Set<() => void>();
  let labs: Lab[] = [];
  let handle: ClusterHandle | undefined;
  let looking: Promise<void> | undefined;
  let drill: Drill | undefined;
  const closed = new AbortController();
  const signal = AbortSignal.any([context.signal, closed.signal]);

  const replace = (part: Partial<HomeState>) => {
    home = { ...home, ...part };
    for (const listener of listeners) listener();
  };

  const card = (lab: Lab, states: ReturnType<typeof drillStates>): LabCard => {
    const kept = states[lab.id];
    const unmet = handle ? unmetNeeds(lab, handle.cluster.facts) : [];
    return {
      id: lab.id,
      title: lab.title,
      minutes: lab.minutes,
      needs: needsInWords(lab),
      state: kept?.state ?? 'new',
      score: kept && kept.state !== 'new' ? kept.points : undefined,
      points: labPoints(lab),
      steps: lab.steps.length,
      brief: lab.brief,
      ...(unmet.length > 0 ? { unmet: unmet.join('; ') } : {}),
    };
  };

  async function loadCatalogue(): Promise<void> {
    try {
      const [{ labsOf }, { tracksOf }] = await Promise.all([import('./labs.ts'), import('./tracks.ts')]);
      if (labs.length === 0) labs = await labsOf(context, options.labs);
      const states = drillStates(context.paths);
      replace({
        catalogue: {
          state: 'ready',
          tracks: tracksOf(labs, context).map((track) => ({
            id: track.id,
            title: track.title,
            labs: track.labs.map((lab) => card(lab, states)),
          })),
        },
      });
    } catch (error) {
      const known = error instanceof LabError ? error : undefined;
      replace({ catalogue: { state: 'failed', message: error instanceof Error ? error.message : String(error), hint: known?.hint } });
    }
  }

  async function lookAtCluster(): Promise<void> {
    const { openHandle, clusterStateOf } = await import('./cluster-handle.ts');
    let state: ClusterState;
    let faults: FaultInForce[] = home.faults;
    try {
      state = await clusterStateOf(context, options.name, handle);
      if (state.state === 'up' && !handle) handle = await openHandle(context, options.name);
      if (handle) faults = handle.faults.inForce();
    } catch (error) {
      const known = error instanceof LabError ? error : undefined;
      const reason = error instanceof Error ? error.message : String(error);
      state =
        known?.code === 'not-owned'
          ? { state: 'refused', reason, hint: known.hint }
          : { state: 'away', name: options.name, reason, hint: known?.hint, nodes: [] };
    }
    if (!signal.aborted) replace({ cluster: state, faults });
  }

  const refresh = () => {
    looking ??= (async () => {
      await loadCatalogue();
      await lookAtCluster();
      await loadCatalogue(); // what the cluster has decides which labs can run
    })().finally(() => {
      looking = undefined;
    });
  };

  void (async () => {
    while (!signal.aborted) {
      await context.clock.sleep(clusterEveryMs, signal);
      if (!signal.aborted && !looking && home.cluster.state !== 'looking') await lookAtCluster().catch(() => undefined);
    }
  })();

  async function mustHaveCluster(): Promise<ClusterHandle> {
    const { openHandle } = await import('./cluster-handle.ts');
    handle ??= await openHandle(context, options.name);
    return handle;
  }

  return {
    settings: settingsFrom(context.env, options.yes),
    get home() {
      return home;
    },
    onHome(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async bringUpCluster(onProgress: OnProgress, stop: AbortSignal) {
      const { bringUp } = await import('./cluster-handle.ts');
      // what is missing was on the screen when it was asked; a line in between would tear it
      const quiet = { ...context, say: () => undefined };
      await bringUp(quiet, options.name, onProgress, AbortSignal.any([stop, signal]), { yes: true });
      await lookAtCluster();
    },
    async recover(onProgress: OnProgress) {
      const { faults } = await mustHaveCluster();
      const current = await mustHaveCluster();
      current.listener = (event) => event.type === 'progress' && onProgress(event.progress);
      const { recoveryError } = await import('../faults/recover.ts');
      const failed = recoveryError(await faults.recoverAll());
      if (failed) throw failed;
      await lookAtCluster();
    },
    async openDrill(id: string, onEvent: (event: DrillEvent) => void, stop: AbortSignal) {
      const { openDrillFor } = await import('./cluster-handle.ts');
      const opened = await openDrillFor(await mustHaveCluster(), { id, labs, onEvent, signal: AbortSignal.any([stop, signal]) }, context);
      drill = opened;
      return opened;
    },
    async close() {
      try {
        if (drill && drill.state.phase !== 'closed') await drill.close();
      } finally {
        closed.abort();
        await handle?.close();
      }
    },
  };
}

/** @see https://no-color.org */
function settingsFrom(env: CommandContext['env'], makesCluster: boolean): TuiSettings {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    colour: !env.NO_COLOR && env.TERM !== 'dumb',
    // the bare C locale is usual in containers, whose terminals show UTF-8 all the same
    unicode: locale === '' || /utf-?8/i.test(locale) || locale === 'C' || locale === 'POSIX',
    shell: { program: env.SHELL || '/bin/sh', args: [] },
    makesCluster,
  };
}
