import { labJsonSchema } from '../../lab/json-schema.ts';
import { LabError } from '../../lab-error.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import { lintLabs } from '../lint-labs.ts';
import { newLab } from '../new-lab.ts';

export interface LabOptions {
  title?: string;
  in?: string;
  json?: boolean;
}

const actions: Record<string, (args: string[], options: LabOptions, context: CommandContext) => number> = {
  new: newLab,
  lint: lintLabs,
  schema(_, __, context) {
    context.json(labJsonSchema());
    return 0;
  },
};

/** For those who write labs: a first version, every problem at once, the JSON Schema. */
export const command: CommandModule = {
  name: 'lab',
  summary: 'write labs: lab new <track>/<id>, lab lint [path...], lab schema',
  group: 'author',
  example: 'kubedrill lab new my-track/my-lab && kubedrill lab lint labs/my-track/my-lab',
  build: (command) =>
    void command
      .argument('<new|lint|schema>', 'make a lab that works, look for mistakes, or print the JSON Schema of lab.yaml')
      .argument('[paths...]', 'new: <track>/<id>; lint: folders of labs, tracks or roots (all labs without)')
      .option('--title <title>', "new: the lab's title")
      .option('--in <folder>', 'new: the root to make it in', 'labs')
      .option('--json', 'lint: problems as JSON'),
  async run([action = '', ...args], options: LabOptions, context) {
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!act)
      throw new LabError('usage', `"kubedrill lab ${action}" is none of lab new, lab lint, lab schema`, {
        hint: 'See: kubedrill lab --help',
      });
    return act(args, options, context);
  },
};
