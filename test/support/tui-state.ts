import type { HomeState } from '../../src/tui/host.ts';
import { lineText } from '../../src/tui/line.ts';
import { screenOf } from '../../src/tui/screens/screen.ts';
import type { Message } from '../../src/tui/state/messages.ts';
import type { Effect, TuiState } from '../../src/tui/state/state.ts';
import { firstState } from '../../src/tui/state/state.ts';
import { update } from '../../src/tui/state/update.ts';
import { plainMarkdown } from '../../src/tui/text/markdown.ts';
import { themeOf } from '../../src/tui/theme.ts';
import { FakeDrill } from './fake-host.ts';
import { homeOf, portLab } from './tui-labs.ts';

export const view = { theme: themeOf({ colour: true, unicode: true }), markdown: plainMarkdown };

/** The screen's state without a terminal: messages go in, effects and rows come out. */
export class Play {
  state: TuiState;
  /** Effects since the last look. */
  effects: Effect[] = [];
  now = 1_000_000;

  constructor(options: { columns?: number; rows?: number; home?: HomeState; clusterWanted?: boolean } = {}) {
    const { columns = 80, rows = 24, home = homeOf(), clusterWanted } = options;
    this.state = firstState({ columns, rows }, home, this.now, clusterWanted);
  }

  send(...messages: Message[]): this {
    for (const message of messages) {
      const next = update(this.state, message, this.now, view);
      this.state = next.state;
      this.effects.push(...next.effects);
    }
    return this;
  }

  press(...keys: string[]): this {
    return this.send(...keys.map((key): Message => ({ type: 'key', key })));
  }

  type(text: string): this {
    return this.press(...text);
  }

  /** The effects since the last call. */
  done(): Effect[] {
    const { effects } = this;
    this.effects = [];
    return effects;
  }

  rows(): string[] {
    const { above, body, below } = screenOf(this.state, view);
    return [...above, ...body, ...below].map((line) => lineText(line).trimEnd());
  }

  text(): string {
    return this.rows().join('\n');
  }

  footer(): string {
    return this.rows().at(-1) ?? '';
  }
}

/** In a lab whose set-up is done; its questions put off unless asked for. */
export function inLab(options: { columns?: number; rows?: number; drill?: FakeDrill; asking?: boolean } = {}): Play & { drill: FakeDrill } {
  const drill = options.drill ?? new FakeDrill(portLab);
  const play = Object.assign(new Play(options), { drill });
  play.send(
    { type: 'work-started', kind: 'open', title: drill.state.lab.title },
    { type: 'drill-opened', drill: drill.state },
    { type: 'work-done', kind: 'open', drill: drill.state },
  );
  drill.on((event) => play.send({ type: 'drill-event', event, drill: drill.state }));
  if (!options.asking && play.state.lab?.asking) play.press('esc');
  play.done();
  return play;
}
