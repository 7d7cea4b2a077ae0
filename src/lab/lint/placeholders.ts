import { didYouMean } from '../diagnostics.ts';
import { type Placeholder, placeholderNames, placeholdersIn } from '../placeholders.ts';
import type { Lint, LintContext } from './context.ts';

/** Placeholders are known ones, and the lab's needs make sure that the cluster has what they stand for. */
export const lintPlaceholders: Lint = (context) => {
  for (const { text, path } of context.draft.texts) {
    for (const placeholder of placeholdersIn(text)) {
      const problem = problemOf(placeholder, context);
      if (problem) context.error(path, problem);
    }
  }
  for (const [file, text] of Object.entries(context.files)) {
    for (const [index, line] of text.split('\n').entries()) {
      for (const placeholder of placeholdersIn(line)) {
        const problem = problemOf(placeholder, context);
        if (problem) context.inFile(file, { line: index + 1, column: Math.max(1, line.indexOf('{{') + 1), message: problem });
      }
    }
  }
};

function problemOf(placeholder: Placeholder, { draft }: LintContext): string | undefined {
  switch (placeholder.type) {
    case 'unknown':
      return placeholder.name === 'nodeOf'
        ? 'the placeholder {{nodeOf}} needs a Deployment or Pod: {{nodeOf web}}'
        : `unknown placeholder {{${placeholder.name}}}${didYouMean(placeholder.name, placeholderNames)}`;
    case 'worker':
      return placeholder.index < draft.needs.workers
        ? undefined
        : `{{worker${placeholder.index}}} needs ${placeholder.index + 1} ${placeholder.index === 0 ? 'worker' : 'workers'}: say needs: {workers: ${placeholder.index + 1}}`;
    case 'ingress-class':
      return draft.needs.ingress ? undefined : '{{ingressClass}} needs an ingress controller: say needs: {ingress: true}';
    default:
      return undefined;
  }
}
