import type { KeyBinding } from '../keymap.ts';
import { costWords } from '../screens/lab-text.ts';
import { hintsLeft } from './conditions.ts';
import type { ConfirmState, TuiState } from './state.ts';

/** What a dangerous key asks, with the names of what it is about; `undefined` for keys that just act. */
export function fillIn(binding: KeyBinding, state: TuiState): ConfirmState | undefined {
  if (binding.action === 'hint') return hintQuestion(state);
  if (binding.action === 'open') return openQuestion(state);
  if (!binding.dangerous) return undefined;
  const { lab, home } = state;
  const step = lab?.drill.steps[lab.drill.current];
  const names: Record<string, string> = {
    lab: lab ? `"${lab.drill.lab.title}"` : 'the lab',
    namespace: lab?.drill.namespace ?? '',
    points: String(step?.of ?? 0),
    plan: home.cluster.state === 'absent' ? home.cluster.plan.join('\n') : '',
  };
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
  return { action: binding.action, question: fill(binding.dangerous.question), consequence: fill(binding.dangerous.consequence) };
}

/** A hint that costs points is asked for; a free one just opens. */
function hintQuestion({ lab }: TuiState): ConfirmState | undefined {
  if (!lab) return undefined;
  const { cost } = hintsLeft(lab);
  if (cost[1] === 0) return undefined;
  return { action: 'hint', question: 'Open the next hint?', consequence: `${costWords(cost).replace(/^t/, 'T')}.` };
}

/** Without a cluster, opening a lab means making one first. */
function openQuestion({ home }: TuiState): ConfirmState | undefined {
  if (home.cluster.state !== 'absent') return undefined;
  return { action: 'open', question: 'There is no cluster yet. Make one now?', consequence: home.cluster.plan.join('\n') };
}
