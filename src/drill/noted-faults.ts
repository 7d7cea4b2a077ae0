import type { Clock } from '../system/clock.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { Recording } from './recording.ts';

/** The fault desk, with what it does noted in the drill's recording. */
export function notedFaults(faults: FaultDesk, recording: Recording, clock: Clock): FaultDesk {
  const note = (id: string, phase: 'injected' | 'undone') => {
    if (recording.exists) recording.add({ at: clock.now(), type: 'fault', id, phase });
  };
  return {
    ...faults,
    inject: async (use, namespace, lab) => {
      const journalId = await faults.inject(use, namespace, lab);
      note(use.use, 'injected');
      return journalId;
    },
    undo: async (matches) => {
      let undone = '';
      const found = await faults.undo((fault, params) => {
        const fits = matches(fault, params);
        if (fits) undone = fault;
        return fits;
      });
      if (found) note(undone, 'undone');
      return found;
    },
  };
}
