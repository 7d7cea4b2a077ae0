import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The proof of all labs takes what time is left: whatever vitest remembers of earlier runs, it comes last. */
class ProofLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isProof = ({ moduleId }: TestSpecification) => moduleId.endsWith('/labs.e2e.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => !isProof(file)), ...sorted.filter(isProof)];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ProofLast },
    projects: [
      {
        test: {
          name: 'minikube',
          include: ['test/minikube/*.real.ts'],
          // the proof of all labs is one test, and has bounds of its own
          testTimeout: 10_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          env: { CI: 'false' },
        },
      },
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.e2e.test.ts'],
          // a bound for a busy machine: on an idle one no test comes near it
          testTimeout: 60_000,
          env: { CI: 'false' },
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: ['test/e2e/global-setup.ts'],
          include: ['test/**/*.e2e.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_500_000,
          fileParallelism: false,
          env: { CI: 'false' },
        },
      },
    ],
  },
});
