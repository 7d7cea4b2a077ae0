import { Box, type SuspendTerminal, useApp, useInput, usePaste } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { PaneSession } from '../../system/terminal-pane.ts';
import { keyNames } from '../keys.ts';
import { dividerWidth } from '../layout.ts';
import type { Line } from '../line.ts';
import { paneTitle } from '../screens/pane-title.ts';
import { screenOf } from '../screens/screen.ts';
import type { Store } from '../store.ts';
import { as } from '../theme.ts';
import { Pane } from './pane.tsx';
import { Rows } from './rows.tsx';

export interface ScreenProps {
  store: Store;
  pane: () => PaneSession | undefined;
  /** Called once, with the way to lend the terminal to another program. */
  onTerminal: (suspend: SuspendTerminal) => void;
}

/** The whole terminal: the one place where keys come in and rows go out. */
export function Screen({ store, pane, onTerminal }: ScreenProps) {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const view = store.view();
  const { suspendTerminal } = useApp();
  useEffect(() => onTerminal(suspendTerminal), [onTerminal, suspendTerminal]);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.dispatch({ type: 'key', key: name });
  });
  usePaste((text) => store.dispatch({ type: 'paste', text }));
  const frame = screenOf(state, view);
  const { columns, rows } = state.size;
  const { theme } = view;
  const beside = frame.pane;
  const divider = frame.bodyWidth > 0 ? dividerWidth - 1 : 0;
  const title = beside ? 1 : 0;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Rows lines={frame.above} width={columns} theme={theme} />
      <Box flexShrink={0}>
        {frame.bodyWidth > 0 ? <Rows lines={frame.body} width={beside ? frame.bodyWidth : columns} theme={theme} /> : null}
        {beside && divider > 0 ? (
          <Rows lines={frame.body.map((): Line => [as('faint', ` ${theme.glyphs.bar} `)])} width={divider} theme={theme} />
        ) : null}
        {beside ? (
          <Box flexDirection="column" width={beside.width} flexShrink={0}>
            <Rows lines={[paneTitle(state, beside.width, view)]} width={beside.width} theme={theme} />
            <Pane
              session={pane()}
              width={beside.width}
              height={beside.fullHeight - title}
              visible={Math.max(0, beside.height - title)}
              left={frame.bodyWidth + divider}
              top={frame.above.length + title}
              focus={state.pane.focus && !state.confirm}
            />
          </Box>
        ) : null}
      </Box>
      <Rows lines={frame.below} width={columns} theme={theme} />
    </Box>
  );
}
