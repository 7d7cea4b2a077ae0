import { z } from 'zod';
import { checkCel, readsOfCel } from './cel.ts';

const expression = (options: { anyValue: boolean; recorded: boolean }) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const problems = checkCel(text, { anyValue: options.anyValue, remembered: options.recorded ? ['*'] : [] });
      for (const problem of problems) context.addIssue({ code: 'custom', message: problem.message });
      if (!options.recorded) return;
      const unrecorded = readsOfCel(text).find((read) => typeof read !== 'string' || read === 'Lease');
      if (unrecorded === undefined) return;
      const what = typeof unrecorded === 'string' ? `${unrecorded}s` : `namespace ${unrecorded.namespace}`;
      context.addIssue({
        code: 'custom',
        message: `${what} are not recorded: only the drill's namespace and cluster-scoped objects are`.replace(
          /^(namespace \S+) are/,
          '$1 is',
        ),
      });
    });

/** An expression with any value, as a parameter: refused when the lab is loaded. */
export const celValueText = expression({ anyValue: true, recorded: false });
/** An expression over a recording that is true or false. */
export const recordedCel = expression({ anyValue: false, recorded: true });
/** An expression over a recording with any value. */
export const recordedValue = expression({ anyValue: true, recorded: true });
