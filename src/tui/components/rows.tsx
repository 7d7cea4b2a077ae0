import { Box, Text } from 'ink';
import { memo } from 'react';
import { fill, type Line, lineWidth, paint } from '../line.ts';
import type { Theme } from '../theme.ts';

/** One row of the screen; drawn again only when its text changed. */
export const Row = memo(({ text }: { text: string }) => <Text wrap="hard">{text === '' ? ' ' : text}</Text>);

/** Rows of at most `width` columns, one below the other. */
export function Rows({ lines, width, theme }: { lines: readonly Line[]; width: number; theme: Theme }) {
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} text={paint(lineWidth(line) > width ? fill(line, width) : line, theme)} />
      ))}
    </Box>
  );
}
