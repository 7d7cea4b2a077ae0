import type { CommandModule } from './command.ts';
import { commands } from './index.generated.ts';

const groups: Record<CommandModule['group'], string> = {
  learn: 'Learn',
  cluster: 'Cluster',
  faults: 'Faults',
  prove: 'Prove labs',
  teach: 'Teach a class',
  author: 'Write labs',
};

/** The text of `kubedrill --help`, made from the commands themselves. */
export async function summaries(): Promise<string> {
  const modules = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...modules.map((module) => module.name.length));
  const sections = (Object.keys(groups) as CommandModule['group'][]).map((group) => {
    const lines = modules.filter((module) => module.group === group).map((module) => `  ${module.name.padEnd(width)}  ${module.summary}`);
    return lines.length > 0 ? `${groups[group]}\n${lines.join('\n')}\n` : '';
  });
  return [
    'kubedrill: Kubernetes labs on a real cluster\n',
    'Usage: kubedrill [--yes] | kubedrill <command> [options]',
    '       without a command: the terminal UI; without a terminal: a short tour\n',
    sections.filter(Boolean).join('\n'),
    'Each command has --help with an example. Exit codes: 0 done or passed, 1 graded and failed, 2 usage, 3 could not grade or no cluster, 130 interrupted.',
  ].join('\n');
}
