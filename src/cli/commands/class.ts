import type { ClassEvent, ClassState } from '../../batch/class/state.ts';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import type { CommandModule } from '../command.ts';
import { labsNamed } from '../labs.ts';
import { registry } from '../registry.ts';

interface ClassOptions {
  roster?: string;
  probe?: boolean;
  plain?: boolean;
  json?: boolean;
  name?: string;
  labs?: string[];
}

/** Shows a class while it works: who is at which step, ticking live, and who is stuck since when. */
export const command: CommandModule = {
  name: 'class',
  summary: 'watch a class work: learners by step, live',
  group: 'teach',
  example: 'kubedrill class bf-port-mismatch --roster roster.yaml',
  build: (command) =>
    void command
      .argument('<lab>', 'id of the lab')
      .requiredOption('--roster <file>', 'learners and their live clusters')
      .option('--probe', "allow a probe Pod in learners' clusters, for HTTP and DNS checks")
      .option('--plain', 'lines instead of a screen, as without a terminal')
      .option('--json', 'every change as a JSON line')
      .option('--name <cluster>', 'name of the owned cluster', 'kubedrill')
      .option('--labs <folder...>', 'also take labs from these folders (data only)'),
  async run(ids, options: ClassOptions, context) {
    const [lab] = (await labsNamed(context, ids, options.labs)) as [Lab];
    const [{ readRoster }, { watchClass, firstClassState }, { updateClass }, { guardedPlaces }, { openHome }] = await Promise.all([
      import('../../batch/sources.ts'),
      import('../../batch/class/watch.ts'),
      import('../../batch/class/state.ts'),
      import('../../batch/class/places.ts'),
      import('../../batch/home.ts'),
    ]);
    const path = options.roster ?? '';
    const learners = guardedPlaces(readRoster(path), path);
    const stop = new AbortController();
    const end = () => stop.abort();
    context.signal.addEventListener('abort', end, { once: true });
    const home = openHome(context, options.name);
    let state: ClassState = firstClassState(
      lab,
      learners.map(({ learner }) => learner),
      context.clock.now(),
    );
    const listeners = new Set<(before: ClassState, event: ClassEvent) => void>();
    const onEvent = (event: ClassEvent) => {
      const before = state;
      state = updateClass(state, event);
      for (const listener of listeners) listener(before, event);
    };
    const { liveProbes } = await import('../../batch/live-probes.ts');
    const { connectPrivately } = await import('../../batch/private-connect.ts');
    const { factsOfCluster } = await import('../../batch/facts.ts');
    const own = learners.some(({ place }) => place === 'home') ? await home.open() : undefined;
    const watching = watchClass({
      lab,
      learners,
      graders: registry.graders,
      connect: async (text) => {
        const api = await connectPrivately(text);
        return { api, probes: liveProbes({ api, clock: context.clock, mayMakePod: options.probe ?? false }) };
      },
      home: own && { api: own.api, probes: (namespace, _, signal) => own.probes(namespace, signal) },
      facts: (api, signal) => (api === own?.api ? Promise.resolve(own.facts) : factsOfCluster(api, signal)),
      onEvent,
      clock: context.clock,
      signal: stop.signal,
    });
    try {
      if (options.json || options.plain || !context.stdin.isTTY || !context.stdout.isTTY) {
        const { classLine } = await import('../../batch/class/lines.ts');
        listeners.add((before, event) => {
          if (options.json) return context.print(JSON.stringify(event));
          const line = classLine(before, state, event);
          if (line !== undefined) context.print(line);
        });
        await watching;
        throw new LabError('interrupted', 'the class is no longer watched');
      }
      const { runClassScreen } = await import('../../tui/class-screen.tsx');
      return await runClassScreen({
        feed: {
          state: () => state,
          subscribe: (listener) => {
            listeners.add(listener);
            return () => void listeners.delete(listener);
          },
        },
        stdin: context.stdin,
        stdout: context.stdout,
        stderr: context.stderr,
        settings: settingsOf(context.env),
        clock: context.clock,
        process,
        signal: context.signal,
      });
    } finally {
      stop.abort();
      context.signal.removeEventListener('abort', end);
      await watching.catch(() => undefined);
      await home.close();
    }
  },
};

/** Colour and letters as the terminal can show them. @see https://no-color.org */
function settingsOf(env: Record<string, string | undefined>): { colour: boolean; unicode: boolean } {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return { colour: !env.NO_COLOR && env.TERM !== 'dumb', unicode: env.TERM !== 'linux' && (locale === '' || /utf-?8/i.test(locale)) };
}
