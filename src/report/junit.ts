import type { ReportFormat, ReportInput } from './format.ts';
import type { CheckGrade, LearnerGrade } from './gradebook.ts';
import { findings } from './words.ts';
import { element, xmlDocument, xmlText } from './xml.ts';

const time = (ms: number | null): string | undefined => (ms === null ? undefined : (ms / 1000).toFixed(3));

function testCase(check: CheckGrade, suite: string): string {
  const attributes = { classname: `${suite}.${check.step}`, name: `${check.id}: ${check.title}`, time: time(check.ms) };
  const text = xmlText(findings(check).join('\n'));
  if (check.verdict === 'pass') return element('testcase', attributes);
  if (check.verdict === 'error')
    return element('testcase', attributes, [`<error message="${xmlText(check.evidence ?? 'could not be graded')}">${text}</error>`]);
  const message = `observed ${check.observed ?? 'nothing'}, expected ${check.expected ?? 'something'}`;
  return element('testcase', attributes, [`<failure message="${xmlText(message)}" type="${check.verdict}">${text}</failure>`]);
}

function rowCases(learner: LearnerGrade, suite: string): string[] {
  if (learner.status === 'graded') return learner.checks.map((check) => testCase(check, suite));
  const attributes = { classname: suite, name: learner.status === 'missing' ? 'handed in' : 'gradable' };
  const message = xmlText(learner.reason ?? learner.status);
  return [
    element('testcase', attributes, [learner.status === 'missing' ? `<skipped message="${message}"/>` : `<error message="${message}"/>`]),
  ];
}

const count = (cases: readonly string[], tag: string): number => cases.filter((text) => text.includes(`<${tag} message=`)).length;

/** One suite for each learner, one case for each check; a missing learner is skipped, an ungradable one is an error. */
export const junit: ReportFormat = {
  id: 'junit',
  says: 'one suite for each learner, for CI systems',
  files({ book }: ReportInput) {
    const suites = book.learners.map((learner) => {
      const name = `${book.lab}.${learner.id}`;
      const cases = rowCases(learner, name);
      return {
        counts: { tests: cases.length, failures: count(cases, 'failure'), errors: count(cases, 'error'), skipped: count(cases, 'skipped') },
        name,
        cases,
        seconds: learner.seconds,
      };
    });
    const total = (key: 'tests' | 'failures' | 'errors' | 'skipped') => suites.reduce((sum, suite) => sum + suite.counts[key], 0);
    const root = element(
      'testsuites',
      { name: book.lab, tests: total('tests'), failures: total('failures'), errors: total('errors'), skipped: total('skipped') },
      suites.map((suite) =>
        element(
          'testsuite',
          { name: suite.name, ...suite.counts, time: time(suite.seconds === null ? null : suite.seconds * 1000) },
          suite.cases,
        ),
      ),
    );
    return [{ path: 'gradebook.junit.xml', text: xmlDocument(root) }];
  },
};
