import type { Lab } from '../../lab/schema.ts';
import { type DrillSummary, drillStates } from '../../store/drills.ts';
import type { CommandModule } from '../command.ts';
import type { ListedLab } from '../documents.ts';
import { labsOf } from '../labs.ts';
import { tracksOf } from '../tracks.ts';

interface ListOptions {
  labs?: string[];
  json?: boolean;
}

const fresh: DrillSummary = { state: 'new', points: 0 };

const pointsOf = (lab: Lab): number => lab.steps.flatMap((step) => step.checks).reduce((sum, check) => sum + check.points, 0);

/** One lab as `list --json` has it; the shape is documented in docs/json.md. */
export const listedLab = (lab: Lab, { state, points }: DrillSummary): ListedLab => ({
  id: lab.id,
  track: lab.track,
  title: lab.title,
  source: lab.source,
  minutes: lab.minutes,
  needs: lab.needs,
  exclusive: lab.exclusive,
  steps: lab.steps.length,
  points: pointsOf(lab),
  earned: points,
  state,
});

function lineOf(lab: Lab, { state, points }: DrillSummary, widths: { id: number; title: number }): string {
  const of = pointsOf(lab);
  const score = state === 'new' ? `${of} points` : `${points} of ${of} points`;
  return [
    `  ${state.padEnd(7)}`,
    lab.id.padEnd(widths.id),
    lab.title.padEnd(widths.title),
    `${String(lab.minutes).padStart(2)} min`,
    `${score}${lab.exclusive ? ', needs the cluster alone' : ''}`,
  ].join('  ');
}

/** Lists the labs by track, with how far one is. */
export const command: CommandModule = {
  name: 'list',
  summary: 'list the labs and how far you are',
  group: 'learn',
  example: 'kubedrill list --json',
  build: (command) =>
    void command.option('--labs <folder...>', 'also take labs from these folders (data only)').option('--json', 'the list as JSON'),
  async run(_, options: ListOptions, context) {
    const labs = await labsOf(context, options.labs);
    const states = drillStates(context.paths);
    const stateOf = (lab: Lab) => states[lab.id] ?? fresh;
    if (options.json) {
      context.json(labs.map((lab) => listedLab(lab, stateOf(lab))));
      return 0;
    }
    const widths = { id: Math.max(...labs.map(({ id }) => id.length)), title: Math.max(...labs.map(({ title }) => title.length)) };
    for (const track of tracksOf(labs, context)) {
      context.print(track.title);
      for (const lab of track.labs) context.print(lineOf(lab, stateOf(lab), widths));
      context.print('');
    }
    const passed = labs.filter((lab) => stateOf(lab).state === 'passed').length;
    const next = labs.find((lab) => stateOf(lab).state !== 'passed');
    context.say(`${passed} of ${labs.length} labs passed.${next ? ` Next: kubedrill start ${next.id}` : ''}`);
    return 0;
  },
};
