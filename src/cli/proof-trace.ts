import type { OnDrillEvent } from '../drill/events.ts';
import type { CommandContext } from './command.ts';
import { plainLines } from './plain.ts';

/** Tells on stderr what pieces of proof do: each line with the seconds since the beginning, and with its piece. */
export function proofTrace({ clock, say }: Pick<CommandContext, 'clock' | 'say'>): (piece: string) => OnDrillEvent {
  const started = clock.now();
  return (piece) => (event) => {
    const { out = [], progress = [] } = plainLines(event);
    const at = ((clock.now() - started) / 1000).toFixed(1).padStart(7);
    const took = event.type === 'command' ? `  (${(event.ms / 1000).toFixed(1)} s)` : '';
    for (const line of [...progress, ...out].filter(Boolean))
      say([at, piece, `${line}${line.startsWith('$') ? took : ''}`].filter(Boolean).join('  '));
  };
}
