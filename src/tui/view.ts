import type { Markdown } from './text/markdown.ts';
import type { Theme } from './theme.ts';

/** What drawing needs beside the state. */
export interface View {
  theme: Theme;
  markdown: Markdown;
}
