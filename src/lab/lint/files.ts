import { filesOf, parseCommand } from '../command.ts';
import { labFile } from '../kubectl-rules.ts';
import type { Lint } from './context.ts';

const start = { line: 1, column: 1 };

/** Every file beside `lab.yaml` has its folder and is used: by a command, or (those that the learner gets) by a text. */
export const lintFiles: Lint = ({ draft, files, inFile }) => {
  const used = new Set([
    ...draft.applies.map(({ text }) => labFile(text)),
    ...draft.commands.flatMap(({ text }) => {
      const command = parseCommand(text);
      return 'problem' in command ? [] : filesOf(command);
    }),
  ]);
  for (const file of Object.keys(files)) {
    const [, folder, name] = /^(files|start|solution|wrong)\/(.+)$/.exec(file) ?? [];
    if (!folder || !name) inFile(file, { ...start, message: 'lies in none of files/, start/, solution/ and wrong/' });
    else if (!used.has(file) && !(folder === 'files' && draft.texts.some(({ text }) => text.includes(name))))
      inFile(file, { ...start, message: folder === 'files' ? 'is used by no command and mentioned in no text' : 'is used by no command' });
  }
};
