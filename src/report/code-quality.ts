import type { Annotation } from './annotations.ts';
import { hash } from './format.ts';

const severities = { error: 'major', warning: 'minor', notice: 'info' } as const;

/**
 * Annotations as GitLab's code quality report, which it shows beside the lines of a merge request.
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function codeQuality(annotations: readonly Annotation[]): string {
  const seen = new Map<string, number>();
  const issues = annotations.map(({ level, file, at, title, message }) => {
    const description = title ? `${title}: ${message}` : message;
    // the same words of the same file are one issue to GitLab, wherever they move; a second time they are another
    const words = `${file}\n${description}`;
    const times = seen.get(words) ?? 0;
    seen.set(words, times + 1);
    return {
      description,
      check_name: 'kubedrill',
      fingerprint: `${hash(words)}${hash(`${words}\n${times}`)}`,
      severity: severities[level],
      location: { path: file, lines: { begin: at?.line ?? 1 } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
