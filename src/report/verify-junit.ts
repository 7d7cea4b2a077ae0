import { proofsOf, type VerifiedLab, type VerifyDocument } from './verify-document.ts';
import { element, xmlDocument, xmlText } from './xml.ts';

function casesOf(lab: VerifiedLab): { xml: string; failed: boolean; error: boolean }[] {
  if (lab.reason) {
    const message = xmlText(lab.reason);
    return [
      {
        xml: element('testcase', { classname: lab.id, name: 'can be verified' }, [`<error message="${message}"/>`]),
        failed: false,
        error: true,
      },
    ];
  }
  return proofsOf(lab).map((proof) => ({
    xml: element(
      'testcase',
      { classname: lab.id, name: proof.name },
      proof.ok ? [] : [`<failure message="${xmlText(proof.message)}" type="proof"/>`],
    ),
    failed: !proof.ok,
    error: false,
  }));
}

/** `kubedrill verify --junit`: one suite for each lab, one case for each proof. */
export function verifyJunit(document: VerifyDocument): string {
  const suites = document.labs.map((lab) => {
    const cases = casesOf(lab);
    const counts = {
      tests: cases.length,
      failures: cases.filter((one) => one.failed).length,
      errors: cases.filter((one) => one.error).length,
    };
    return {
      counts,
      xml: element(
        'testsuite',
        { name: lab.id, ...counts, time: lab.seconds.toFixed(1) },
        cases.map((one) => one.xml),
      ),
    };
  });
  const total = (key: 'tests' | 'failures' | 'errors') => suites.reduce((sum, suite) => sum + suite.counts[key], 0);
  return xmlDocument(
    element(
      'testsuites',
      { name: 'kubedrill verify', tests: total('tests'), failures: total('failures'), errors: total('errors') },
      suites.map((suite) => suite.xml),
    ),
  );
}
