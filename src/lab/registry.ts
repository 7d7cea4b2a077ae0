import type { z } from 'zod';

/** What a lab file may refer to; passed in, so that loading a lab needs neither graders nor faults. */
export interface LabRegistry {
  graders: ReadonlyMap<string, { params: z.ZodType }>;
  faults: ReadonlyMap<string, { params: z.ZodType; scope: 'namespace' | 'cluster' }>;
  /** What is wrong with a CEL expression; `offset` counts characters from its start. `anyValue`: its result need not be true or false. */
  checkCel(expression: string, options?: { anyValue?: boolean }): { message: string; offset?: number }[];
}
