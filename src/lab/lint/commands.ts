import { type Command, filesOf, manifestsAndImages, nodeOf, parseCommand, reachOf } from '../command.ts';
import { didYouMean } from '../diagnostics.ts';
import type { DraftCommand } from '../draft.ts';
import { labFile, unfit } from '../kubectl-rules.ts';
import { placeholdersIn } from '../placeholders.ts';
import type { Lint, LintContext } from './context.ts';
import { known } from './ids.ts';
import { imageProblem } from './manifests.ts';

/** Commands are sound, find their files, and reach no further than the lab may. */
export const lintCommands: Lint = (context) => {
  const { draft, error } = context;
  for (const { text, path } of draft.applies) {
    const problem = unfit(text);
    if (problem) error(path, problem);
    else present(labFile(text), path, context);
  }
  for (const written of draft.commands) {
    const command = parseCommand(written.text);
    if ('problem' in command) {
      error(written.path, command.problem);
      continue;
    }
    for (const file of filesOf(command)) present(file, written.path, context);
    for (const image of manifestsAndImages(command).images) {
      const problem = written.where === 'wrong' ? undefined : imageProblem(image, draft.needs.images);
      if (problem) error(written.path, problem);
    }
    if (reachOf(command) === 'cluster' && !context.exclusive)
      error(written.path, 'reaches beyond the namespace, which only a lab that has the cluster alone may (needs: {exclusive: true})');
    const node = nodeOf(command);
    if (node !== undefined && placeholdersIn(node).length === 0)
      error(written.path, `name the node by a placeholder ({{cp}}, {{worker0}}): "${node}" is not there on every cluster`);
    if (command.type === 'wait') lintWait(written, command, context);
  }
};

function present(file: string, path: DraftCommand['path'], { files, error }: LintContext): void {
  if (file in files) return;
  const own = file.replace(/^files\//, '');
  if (own.startsWith('files/'))
    error(path, `write ${own.replace(/^files\//, '')}: what lies in files/ is given to the learner without that folder`);
  else error(path, `there is no file ${file}${didYouMean(file, Object.keys(files))}`);
}

function lintWait(written: DraftCommand, command: Extract<Command, { type: 'wait' }>, context: LintContext): void {
  const { draft, error } = context;
  if (written.where === 'setup') {
    error(written.path, '@wait in the set-up: no check passes on an untouched lab, use wait');
    return;
  }
  const checks = draft.steps.flatMap((step) => step.checks.flatMap(({ id }) => (id ? [id.text] : [])));
  if (!known({ text: command.check, path: written.path }, checks, 'check', context) || written.where !== 'wrong') return;
  if (draft.wrong[written.of]?.mustFail.some(({ text }) => text === command.check))
    error(written.path, `@wait ${command.check} would wait in vain: the wrong fix says that it must fail`);
}
