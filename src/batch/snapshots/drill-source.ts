import type { BaselineData } from '../../drill/baseline.ts';
import { Recording } from '../../drill/recording.ts';
import type { TimelineEntry } from '../../grading/timeline.ts';
import type { Lab } from '../../lab/schema.ts';
import { drillFiles, loadDrill } from '../../store/drills.ts';
import { readIfThere } from '../../system/files.ts';
import type { Paths } from '../../system/paths.ts';
import type { DrillCosts } from '../work.ts';

export interface DrillSource {
  namespace: string;
  timeline: TimelineEntry[] | undefined;
  baseline: BaselineData | undefined;
  costs: DrillCosts | undefined;
}

/** What a drill on this machine has left beside the cluster: its recording, its start state, and what was spent on it. */
export function drillSource(paths: Paths, lab: Lab): DrillSource {
  const files = drillFiles(paths, lab.id);
  const record = loadDrill(paths, lab.id);
  const recording = new Recording(files.timeline, files.commands);
  const baseline = readIfThere(files.baseline);
  return {
    namespace: record?.namespace ?? `drill-${lab.id}`,
    timeline: recording.exists ? [...recording.entries()] : undefined,
    baseline: baseline === undefined ? undefined : (JSON.parse(baseline) as BaselineData),
    costs: record && {
      solved: Object.entries(record.steps).flatMap(([step, { state }]) => (state === 'solved' ? [step] : [])),
      hints: Object.fromEntries(
        lab.steps.map((step) => [
          step.id,
          (record.steps[step.id]?.hintsOpened ?? []).reduce((sum, key) => sum + (step.hints[Number(key)]?.cost ?? 0), 0),
        ]),
      ),
    },
  };
}
