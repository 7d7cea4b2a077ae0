import { isMoving } from '../picture/motion.ts';
import { faultsInForce, placeOf } from './conditions.ts';
import type { TuiState } from './state.ts';

/** Milliseconds after which the screen is drawn again though nothing happened; `undefined` where nothing on it counts. */
export function tickEvery(state: TuiState): number | undefined {
  const place = placeOf({ ...state, confirm: undefined });
  if (place === 'work') return 200;
  if (state.screen === 'lab' && state.lab && isMoving(state.lab.motion, state.now)) return 500;
  if (faultsInForce(state).length > 0 || state.notice?.until !== undefined) return 1000;
  // minutes, and the ages of events: a frame each second would be most of what an idle lab costs
  if (state.screen === 'lab') return 5000;
  return undefined;
}
