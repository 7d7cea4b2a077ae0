import { examine, type Finding } from '../../cluster/doctor.ts';
import { providerNamed } from '../../cluster/providers.ts';
import { readRecord } from '../../cluster/records.ts';
import type { CommandModule } from '../command.ts';
import type { DoctorDocument } from '../documents.ts';

/** Examines the machine and the cluster; a line for each thing, and the command that mends it. */
export const command: CommandModule = {
  name: 'doctor',
  summary: 'examine this machine and the cluster, and say what mends what is wrong',
  group: 'cluster',
  example: 'kubedrill doctor --json',
  build: (command) => void command.option('--name <cluster>', 'name of the cluster', 'kubedrill').option('--json', 'as JSON'),
  async run(_, options, context) {
    const { name, json } = options as { name: string; json?: boolean };
    const provider = providerNamed(readRecord(context.paths, name)?.provider ?? 'kind', context);
    const findings = await examine({ ...context, provider }, name);
    const failed = findings.some((finding) => finding.state === 'fail');
    if (json) context.json({ ok: !failed, cluster: name, findings } satisfies DoctorDocument);
    else for (const line of linesOf(findings)) context.print(line);
    return failed ? 3 : 0;
  },
};

/** `ok    engine  Docker 20.10.24`, and under what is not well the command for it. */
export function linesOf(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map((finding) => finding.what.length));
  return findings.flatMap(({ what, state, detail, mend }) => [
    `${state.padEnd(4)}  ${what.padEnd(width)}  ${detail}`,
    ...(mend && state !== 'ok' ? [`${' '.repeat(4)}  ${' '.repeat(width)}  mend it: ${mend}`] : []),
  ]);
}
