import { gradersById } from '../../graders/index.generated.ts';
import { faultsById } from '../faults/index.generated.ts';
import { checkCel } from '../grading/cel.ts';

/** What labs may name: graders, faults, expressions. */
export const registry = { graders: gradersById, faults: faultsById, checkCel };
