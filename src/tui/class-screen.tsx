import { Box, render, useInput } from 'ink';
import { useSyncExternalStore } from 'react';
import type { ClassState } from '../batch/class/state.ts';
import type { Clock } from '../system/clock.ts';
import { endingSignals, guardTerminal, type ProcessPort } from '../system/terminal.ts';
import { classRows } from './class-rows.ts';
import { type ClassMessage, type ClassViewState, updateClassView } from './class-state.ts';
import { Rows } from './components/rows.tsx';
import { keyNames } from './keys.ts';
import type { Size } from './layout.ts';
import { type Theme, themeOf } from './theme.ts';

/** The class as it is now, and a call whenever it is another. */
export interface ClassFeed {
  state(): ClassState;
  subscribe(listener: () => void): () => void;
}

export interface ClassScreenOptions {
  feed: ClassFeed;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  settings: { colour: boolean; unicode: boolean };
  clock: Clock;
  process: ProcessPort;
  /** Aborts when the program is asked to end from outside. */
  signal: AbortSignal;
}

/** Clears the whole screen and puts the cursor where the next frame begins. */
const clearScreen = '\x1b[H\x1b[2J';

const sizeOf = (stdout: NodeJS.WriteStream): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });

/** Shows a class until the person leaves; resolves with the exit code. However it ends, the terminal is as it was before. */
export async function runClassScreen(options: ClassScreenOptions): Promise<number> {
  const { feed, stdin, stdout, stderr, clock, process, signal } = options;
  const theme = themeOf(options.settings);
  const ended = Promise.withResolvers<number>();
  const over = new AbortController();
  const listeners = new Set<() => void>();
  let state: ClassViewState = { klass: feed.state(), size: sizeOf(stdout), now: clock.now(), selected: 0, details: false, sorted: false };
  const dispatch = (message: ClassMessage) => {
    const next = updateClassView(state, message);
    if (next === 'quit') return ended.resolve(message.type === 'key' && message.key === 'ctrl+c' ? 130 : 0);
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  let app: ReturnType<typeof render> | undefined;
  const guard = guardTerminal({ stdin, stdout }, process, {
    leave: () => app?.unmount(),
    onSignal: (name) => ended.resolve(endingSignals[name]),
    onCrash: (error) => ended.reject(error),
    isLent: () => false,
  });
  const screen = <ClassScreen state={() => state} subscribe={subscribe} dispatch={dispatch} theme={theme} />;
  const onResize = () => {
    dispatch({ type: 'resize', size: sizeOf(stdout) });
    if (!app) return;
    // what the terminal made of the old frame is not known: the next one is drawn on a clear screen
    app.clear();
    stdout.write(clearScreen);
    app.rerender(screen);
  };
  const onAbort = () => ended.resolve(130);
  const stop = feed.subscribe(() => dispatch({ type: 'class', klass: feed.state() }));
  stdout.on('resize', onResize);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    app = render(screen, {
      stdin,
      stdout,
      stderr,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
      exitOnCtrlC: false,
      maxFps: 30,
      patchConsole: typeof console.Console === 'function',
    });
    app.waitUntilExit().then(
      () => undefined,
      (error) => ended.reject(error),
    );
    if (signal.aborted) onAbort();
    void everySecond(clock, over.signal, () => dispatch({ type: 'tick', now: clock.now() }));
    return await ended.promise;
  } finally {
    over.abort();
    stop();
    stdout.off('resize', onResize);
    signal.removeEventListener('abort', onAbort);
    guard.release();
  }
}

/** How long somebody has been stuck is shown in seconds. */
async function everySecond(clock: Clock, signal: AbortSignal, act: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(1000, signal);
    if (signal.aborted) return;
    act();
  }
}

interface ClassScreenProps {
  state: () => ClassViewState;
  subscribe: (listener: () => void) => () => void;
  dispatch: (message: ClassMessage) => void;
  theme: Theme;
}

function ClassScreen({ state, subscribe, dispatch, theme }: ClassScreenProps) {
  const now = useSyncExternalStore(subscribe, state);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) dispatch({ type: 'key', key: name });
  });
  return (
    <Box flexDirection="column" width={now.size.columns} height={now.size.rows} overflow="hidden">
      <Rows lines={classRows(now, theme)} width={now.size.columns} theme={theme} />
    </Box>
  );
}
