import { didYouMean } from '../diagnostics.ts';
import type { Draft, DraftCheck, Written } from '../draft.ts';
import type { Lint, LintContext } from './context.ts';

const idsOf = (items: readonly { id: Written | undefined }[]) => items.flatMap(({ id }) => (id ? [id.text] : []));
const checksOf = (draft: Draft): DraftCheck[] => draft.steps.flatMap((step) => step.checks);

/** Ids are unique, and whatever names a step or a check names one that is there. */
export const lintIds: Lint = (context) => {
  const { draft } = context;
  const steps = idsOf(draft.steps);
  const checks = idsOf(checksOf(draft));
  unique(draft.steps, 'step', context);
  unique(checksOf(draft), 'check', context);
  unique(draft.wrong, 'wrong fix', context);
  for (const check of checksOf(draft)) for (const name of check.after) known(name, checks, 'check', context);
  cycles(checksOf(draft), context);
  for (const wrong of draft.wrong) {
    const named = wrong.step && known(wrong.step, steps, 'step', context);
    const last = wrong.through ?? wrong.step;
    if (
      wrong.through &&
      known(wrong.through, steps, 'step', context) &&
      named &&
      steps.indexOf(wrong.through.text) < steps.indexOf(wrong.step!.text)
    )
      context.error(wrong.through.path, `the step "${wrong.through.text}" comes before "${wrong.step!.text}"`);
    for (const name of wrong.mustFail) {
      if (!known(name, checks, 'check', context) || !last || !steps.includes(last.text)) continue;
      const owner = draft.steps.findIndex((step) => idsOf(step.checks).includes(name.text));
      if (owner > draft.steps.findIndex((step) => step.id?.text === last.text))
        context.error(
          name.path,
          `check ${name.text} belongs to the later step "${draft.steps[owner]?.id?.text}": say how far to go on (through: ${draft.steps[owner]?.id?.text})`,
        );
    }
  }
};

function unique(items: readonly { id: Written | undefined }[], what: string, { error }: LintContext): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (!id) continue;
    if (seen.has(id.text)) error(id.path, `there are two ${what === 'wrong fix' ? 'wrong fixes' : `${what}s`} "${id.text}"`);
    seen.add(id.text);
  }
}

/** Reports a name that nothing has. */
export function known(name: Written, ids: readonly string[], what: string, { error }: LintContext): boolean {
  if (ids.includes(name.text)) return true;
  error(name.path, `there is no ${what} "${name.text}"${didYouMean(name.text, ids)}`);
  return false;
}

/** A check that comes after itself would wait for ever. */
function cycles(checks: readonly DraftCheck[], { error }: LintContext): void {
  const after = new Map(checks.flatMap((check) => (check.id ? [[check.id.text, check.after.map(({ text }) => text)] as const] : [])));
  // two of one name are reported as such
  if (after.size < checks.length) return;
  for (const check of checks) {
    if (!check.id) continue;
    const reached = new Set<string>();
    const open = [...(after.get(check.id.text) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(...(after.get(next) ?? []));
    }
    if (reached.has(check.id.text)) error([...check.path, 'after'], `check ${check.id.text} would wait for itself`);
  }
}
