import { type Instance, render, type SuspendTerminal } from 'ink';
import type { Clock } from '../system/clock.ts';
import { endingSignals, guardTerminal, type ProcessPort } from '../system/terminal.ts';
import { TerminalInput } from '../system/terminal-input.ts';
import { openPane, type StartPty } from '../system/terminal-pane.ts';
import { shellEnv } from '../system/terminal-shell.ts';
import { Screen } from './components/screen.tsx';
import type { TuiHost } from './host.ts';
import { prefixKey } from './keymap.ts';
import type { Size } from './layout.ts';
import { Runtime } from './runtime.ts';
import { paneSize } from './screens/lab.ts';
import { firstState } from './state/state.ts';
import { createStore } from './store.ts';
import { stopProcess, suspendToShell } from './suspend.ts';
import { loadMarkdown, plainMarkdown } from './text/markdown.ts';
import { themeOf } from './theme.ts';
import { Ticker } from './ticker.ts';

export interface TuiOptions {
  host: TuiHost;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  clock: Clock;
  /** Of kubedrill itself; what its shells inherit. */
  env: Record<string, string | undefined>;
  process: ProcessPort;
  /** Aborts when the program is asked to end from outside; then it leaves with 130. */
  signal?: AbortSignal;
  /** How a pseudo terminal is made; node-pty unless a test says otherwise. */
  startPty?: StartPty;
}

const sizeOf = (stdout: NodeJS.WriteStream): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });

/** Clears the whole screen and puts the cursor where the next frame begins. */
const clearScreen = '\x1b[H\x1b[2J';

/**
 * Runs the terminal UI until the learner leaves it; resolves with the exit code: 0, or 130 after Ctrl+C, 128 + n after a signal.
 * However it ends, the terminal is as it was before. Rejects only with what crashed it.
 */
export async function runTui(options: TuiOptions): Promise<number> {
  const { host, stdin, stdout, stderr, clock, process } = options;
  const ended = Promise.withResolvers<number>();
  const input = new TerminalInput(stdin, prefixKey.byte);
  let suspend: SuspendTerminal | undefined;
  let lent = false;
  let app: Instance | undefined;

  const lend = async <T,>(act: (suspend: SuspendTerminal) => Promise<T>): Promise<T | undefined> => {
    if (lent || !suspend) return undefined;
    lent = true;
    try {
      return await act(suspend);
    } finally {
      lent = false;
    }
  };

  const runtime = new Runtime({
    host,
    clock,
    dispatch: (message) => store.dispatch(message),
    openPane: (drill, onExit) => {
      const { env, cwd } = drill.shell();
      const start = { ...host.settings.shell, cwd, env: shellEnv(options.env, env, true) };
      return openPane(start, paneSize(store.state()), { colour: host.settings.colour, onExit, startPty: options.startPty });
    },
    focusPane: (pane) => {
      input.focus(pane && { write: (data) => pane.write(data), left: () => store.dispatch({ type: 'pane-focus', focus: false }) });
    },
    suspendToShell: async (drill, why) =>
      (await lend((how) => suspendToShell(drill, why, { suspend: how, stdout, shell: host.settings.shell, env: options.env }))) ?? {
        ok: true,
      },
    stopProcess: async () => void (await lend((how) => stopProcess({ suspend: how, process, clock }))),
    exit: (code) => ended.resolve(code),
  });

  const store = createStore(firstState(sizeOf(stdout), host.home, clock.now(), host.settings.makesCluster), {
    view: { theme: themeOf(host.settings), markdown: plainMarkdown },
    now: clock.now,
    onEffect: runtime.run,
  });

  const guard = guardTerminal({ stdin, stdout }, process, {
    leave: () => app?.unmount(),
    onSignal: (signal) => {
      stderr.write(`kubedrill: ended by ${signal}\n`);
      runtime.run({ type: 'quit', code: endingSignals[signal] });
    },
    onCrash: (error) => ended.reject(error),
    isLent: () => lent,
  });

  const screen = <Screen store={store} pane={runtime.pane} onTerminal={(how) => (suspend = how)} />;
  const onResize = () => {
    store.dispatch({ type: 'resize', size: sizeOf(stdout) });
    if (lent || !app) return;
    // what the terminal made of the old frame is not known: the next one is drawn on a clear screen, at once
    app.clear();
    stdout.write(clearScreen);
    app.rerender(screen);
  };
  // SIGCONT without a stop of ours: somebody else stopped us, and a shell has used the terminal since
  const onContinue = () => void lend((how) => how(() => {}));
  const onAbort = () => {
    guard.restore();
    runtime.run({ type: 'quit', code: 130 });
  };
  stdout.on('resize', onResize);
  process.on('SIGCONT', onContinue);
  const stopHome = host.onHome(() => store.dispatch({ type: 'home', home: host.home }));
  const ticker = new Ticker(store, clock);

  try {
    app = render(screen, {
      stdin: input.app,
      stdout,
      stderr,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
      exitOnCtrlC: false,
      maxFps: 120, // what streams is gathered before it is drawn; a key must not wait for a frame's turn
      // a stray console.log must not tear the screen; vitest's console cannot be patched
      patchConsole: typeof console.Console === 'function',
    });
    app.waitUntilExit().then(
      () => undefined,
      // a screen that cannot be drawn
      (error) => ended.reject(error),
    );
    await app.waitUntilRenderFlush();
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    host.refresh();
    loadMarkdown().then((markdown) => store.setView({ ...store.view(), markdown }), ended.reject);
    return await ended.promise;
  } finally {
    ticker.stop();
    stopHome();
    options.signal?.removeEventListener('abort', onAbort);
    stdout.off('resize', onResize);
    process.off('SIGCONT', onContinue);
    guard.release();
    input.close();
  }
}
