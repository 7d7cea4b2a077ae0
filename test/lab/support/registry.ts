import { z } from 'zod';
import type { LabRegistry } from '../../../src/lab/registry.ts';

/** A registry of a few graders and faults, so that tests of lab files do not depend on the real ones. */
export const registry: LabRegistry = {
  graders: new Map([
    ['deployment-available', { params: z.strictObject({ name: z.string().min(1), replicas: z.number().int().min(1).optional() }) }],
    ['service-backends', { params: z.strictObject({ service: z.string(), equalsPodsOf: z.record(z.string(), z.string()) }) }],
  ]),
  faults: new Map([
    ['stop-component', { params: z.strictObject({ component: z.enum(['kube-scheduler', 'etcd']) }), scope: 'cluster' as const }],
    ['bad-image', { params: z.strictObject({ deployment: z.string() }), scope: 'namespace' as const }],
  ]),
  // knows one misspelt function, and that size() gives a number
  checkCel(expression, { anyValue = false } = {}) {
    const offset = expression.indexOf('deploymnt(');
    if (offset >= 0) return [{ message: 'unknown function deploymnt(), did you mean deployment?', offset }];
    return expression.startsWith('size(') && !anyValue ? [{ message: 'the expression gives a number, not true or false', offset: 0 }] : [];
  },
};
