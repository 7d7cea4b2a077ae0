import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { nodeNamed } from '../src/grading/on-node.ts';
import type { Probes } from '../src/grading/probes.ts';
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
    const { present = [], absent = [] } = params;
    const running = present.length + absent.length > 0 ? runningOf(await ask(probes, node, [...present, ...absent])) : [];
    const field = `processes of ${node}`;
    const missing = present.filter((name) => !running.includes(name));
    if (missing.length > 0) return fail({ observed: `${listing(missing)} not running`, expected: `${listing(present)} running`, field });
    const left = absent.filter((name) => running.includes(name));
    if (left.length > 0) return fail({ observed: `${listing(left)} running`, expected: `no ${listing(absent)}`, field });
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

/** The command lines of those that run, asked in one go: to enter a node costs far more than to look at its processes. */
async function ask(probes: Probes, node: string, programs: readonly string[]): Promise<string> {
  // pgrep compares the first 15 letters of a name only; -f with the program at the beginning takes them all
  const command = ['pgrep', '-a', '-f', `^([^ ]*/)?(${programs.join('|')})( |$)`];
  const { exitCode, stdout, stderr } = mustSee(await probes.node({ node, command }));
  if (exitCode > 1) throw new CannotSee(`pgrep on ${node}: ${stderr.trim() || `exit code ${exitCode}`}`);
  return stdout;
}

/** Programs in lines of a process id and a command line. */
const runningOf = (text: string): string[] => text.split('\n').flatMap((line) => /^\d+ (?:[^ ]*\/)?([^ /]+)/.exec(line)?.[1] ?? []);
