import { z } from 'zod';
import type { Fault } from './fault.ts';

/** One parameter of a fault, for lists and help. */
export interface FaultParameter {
  name: string;
  required: boolean;
  what: string;
  choices?: string[];
  default?: unknown;
}

/** A fault as `kubedrill faults --json` has it. Programs rely on its shape. */
export interface FaultDescription {
  id: string;
  title: string;
  what: string;
  why: string;
  look: string;
  scope: 'namespace' | 'cluster';
  params: FaultParameter[];
  seconds: Fault['seconds'];
}

type Property = { description?: string; enum?: string[]; default?: unknown };

export function describeFault({ id, title, what, why, look, scope, params, seconds }: Fault): FaultDescription {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  const parameters = Object.entries(schema.properties ?? {}).map(
    ([name, property]): FaultParameter => ({
      name,
      required: schema.required?.includes(name) ?? false,
      what: property.description ?? '',
      ...(property.enum ? { choices: property.enum } : {}),
      ...(property.default === undefined ? {} : { default: property.default }),
    }),
  );
  return { id, title, what, why, look, scope, params: parameters, seconds };
}
