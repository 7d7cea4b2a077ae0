import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { nodeNamed } from '../src/grading/on-node.ts';
import { mustSee } from '../src/grading/see.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { listing } from '../src/grading/words.ts';

const names = z.array(z.string().regex(/^[a-z0-9-]+$/, 'the name of a program')).min(1);

/** What runs on a node, seen without the API server. @see pgrep(1), curl(1) */
export default defineGrader({
  id: 'node-process',
  says: 'Programs run on a node or do not, seen on the node itself: also while the API server is down.',
  params: z
    .strictObject({
      node: z.string().min(1).default('control-plane').describe('`control-plane`, `worker0`, `worker1` or a name.'),
      present: names.optional(),
      absent: names.optional(),
      readyz: z.enum(['answering', 'silent']).optional().describe('Whether the API server answers HTTP on its node, whatever it says.'),
    })
    .refine((params) => params.present || params.absent || params.readyz, 'one of `present`, `absent` and `readyz`'),
  reads: [],
  looks: 'behaviour',
  example: '{grader: node-process, with: {absent: [kube-scheduler, kube-controller-manager]}, latch: true}',
  async grade({ params, probes, cluster }) {
    const facts = cluster();
    const node = nodeNamed(facts, params.node);
    const runs = async (name: string): Promise<boolean> => {
      // pgrep compares the first 15 letters of a name only; -f with the program at the beginning takes them all
      const { exitCode, stderr } = mustSee(await probes.node({ node, command: ['pgrep', '-f', `^([^ ]*/)?${name}( |$)`] }));
      if (exitCode > 1) throw new CannotSee(`pgrep on ${node}: ${stderr.trim() || `exit code ${exitCode}`}`);
      return exitCode === 0;
    };
    const missing: string[] = [];
    for (const name of params.present ?? []) if (!(await runs(name))) missing.push(name);
    if (missing.length > 0)
      return fail({
        observed: `${listing(missing)} not running`,
        expected: `${listing(params.present ?? [])} running`,
        field: `processes of ${node}`,
      });
    const left: string[] = [];
    for (const name of params.absent ?? []) if (await runs(name)) left.push(name);
    if (left.length > 0)
      return fail({ observed: `${listing(left)} running`, expected: `no ${listing(params.absent ?? [])}`, field: `processes of ${node}` });
    if (params.readyz !== undefined) {
      const command = ['curl', '--silent', '--insecure', '--output', '/dev/null', '--max-time', '3', facts.readyzOnNode];
      const { exitCode, stderr } = mustSee(await probes.node({ node: facts.controlPlane, command }));
      if (exitCode === 126 || exitCode === 127)
        throw new CannotSee(`curl on ${facts.controlPlane}: ${stderr.trim() || `exit code ${exitCode}`}`);
      const answering = exitCode === 0;
      if (answering !== (params.readyz === 'answering')) {
        return fail({
          observed: answering ? 'answers' : `no answer (curl exit code ${exitCode})`,
          expected: params.readyz === 'answering' ? 'answers' : 'no answer',
          field: `GET ${facts.readyzOnNode} on ${facts.controlPlane}`,
        });
      }
    }
    const seen = [
      ...(params.present ? [`${listing(params.present)} running`] : []),
      ...(params.absent ? [`no ${listing(params.absent)}`] : []),
      ...(params.readyz ? [`the API server is ${params.readyz}`] : []),
    ];
    return pass(`${seen.join('; ')} on ${node}`);
  },
});
