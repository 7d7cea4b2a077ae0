import { Box, Text, useCursor } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { PaneFrame, PaneSession } from '../../system/terminal-pane.ts';
import { Row } from './rows.tsx';

const nothing: PaneFrame = { rows: [], cursor: undefined, back: 0 };
const never = () => () => {};

export interface PaneProps {
  session: PaneSession | undefined;
  /** Size of the emulated screen. */
  width: number;
  height: number;
  /** Rows that are shown: a question at the foot may cover the last ones. */
  visible: number;
  /** Where its first cell is on the screen. */
  left: number;
  top: number;
  focus: boolean;
}

/** The shell's screen. */
export function Pane({ session, width, height, visible, left, top, focus }: PaneProps) {
  const frame = useSyncExternalStore(session?.subscribe ?? never, session?.frame ?? (() => nothing));
  const { setCursorPosition } = useCursor();
  const { cursor } = frame;
  // the terminal's own cursor shows where typing goes: in the pane only while it has the keys
  setCursorPosition(focus && cursor && cursor.y < visible ? { x: left + cursor.x, y: top + cursor.y } : undefined);
  useEffect(() => session?.resize({ columns: width, rows: height }), [session, width, height]);
  const rows = frame.rows.slice(0, visible);
  return (
    <Box flexDirection="column" width={width} height={visible} overflow="hidden" flexShrink={0}>
      {rows.length === 0 ? (
        <Text dimColor>Opening a shell …</Text>
      ) : (
        rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
          <Row key={index} text={row} />
        ))
      )}
    </Box>
  );
}
