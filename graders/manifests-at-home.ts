import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { hashesIn, hashing } from '../src/grading/on-node.ts';
import { mustSee } from '../src/grading/see.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { count, listing } from '../src/grading/words.ts';

/** The control plane's static Pod manifests lie where they belong, unedited. @see https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/ */
export default defineGrader({
  id: 'manifests-at-home',
  says: 'The static Pod manifests of the control plane are in their folder with the content of the start.',
  params: z.strictObject({
    only: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('These components, e.g. `kube-scheduler`. Default: every one that was there at the start.'),
  }),
  reads: [],
  looks: 'behaviour',
  example: '{grader: manifests-at-home, guard: true, with: {only: [kube-scheduler]}}',
  async grade({ params, probes, cluster, baseline }) {
    const { controlPlane, staticPodPath } = cluster();
    const { manifests } = baseline();
    const files = params.only ? params.only.map((name) => `${name}.yaml`) : Object.keys(manifests);
    if (files.length === 0) throw new CannotSee('the manifests of the start were not recorded');
    const unknown = files.find((file) => manifests[file] === undefined);
    if (unknown) throw new CannotSee(`the manifest ${unknown} was not recorded at the start`);
    const { exitCode, stdout, stderr } = mustSee(await probes.node({ node: controlPlane, command: hashing(staticPodPath) }));
    if (exitCode !== 0) throw new CannotSee(`${staticPodPath} on ${controlPlane}: ${stderr.trim() || `exit code ${exitCode}`}`);
    const now = hashesIn(stdout);
    const missing = files.filter((file) => !now.has(file));
    const changed = files.filter((file) => now.has(file) && now.get(file) !== manifests[file]);
    const field = `${staticPodPath} on ${controlPlane}`;
    if (missing.length > 0) return fail({ observed: `${listing(missing)} not there`, expected: listing(files), field });
    if (changed.length > 0) return fail({ observed: `${listing(changed)} edited`, expected: 'the content of the start', field });
    return pass(`${count(files.length, 'manifest')} as at the start in ${field}`);
  },
});
