import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BaselineData } from '../../drill/baseline.ts';
import type { ClusterFacts } from '../../grading/cluster-facts.ts';
import { type KindName, kindNames } from '../../grading/kinds.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { TimelineEntry } from '../../grading/timeline.ts';
import type { DrillCosts } from '../work.ts';

/** What of the cluster was looked at: a kind in a namespace (`null`: cluster-scoped), or why it could not be. */
export interface Scope {
  kind: KindName;
  namespace: string | null;
  /** Why it could not be read. */
  unread?: string;
}

/** One look; the first holds everything, each later one what changed since the one before. `at` is milliseconds since 1970. */
export interface StoredLook {
  at: number;
  objects: KubeObject[];
  /** Keys (see `keyOf`) of what is gone. */
  gone: string[];
}

export interface Snapshot {
  lab: string;
  /** Of the lab that it was taken with. */
  fingerprint: string;
  learner: string | undefined;
  taken: number;
  namespace: string;
  kubedrill: string;
  kubernetes: string | undefined;
  /** Of the hashes of Secret values. */
  salt: string;
  scopes: Scope[];
  looks: StoredLook[];
  timeline: TimelineEntry[] | undefined;
  baseline: BaselineData | undefined;
  cluster: ClusterFacts | undefined;
  costs: DrillCosts | undefined;
}

export const formatVersion = 1;

const scopeSchema = z.strictObject({
  kind: z.enum(kindNames as [KindName, ...KindName[]]),
  namespace: z.string().nullable(),
  unread: z.string().optional(),
});

/** `snapshot.json`: what the archive is, and the checksum of every other file in it. */
export const headSchema = z.strictObject({
  format: z.literal(formatVersion),
  lab: z.string(),
  fingerprint: z.string(),
  learner: z.string().nullable(),
  taken: z.iso.datetime(),
  namespace: z.string(),
  versions: z.strictObject({ kubedrill: z.string(), kubernetes: z.string().nullable() }),
  salt: z.string(),
  scopes: z.array(scopeSchema).max(200),
  costs: z.strictObject({ solved: z.array(z.string()), hints: z.record(z.string(), z.number().nonnegative()) }).nullable(),
  sha256: z.record(z.string(), z.string()),
});

export type Head = z.output<typeof headSchema>;

export const files = {
  head: 'snapshot.json',
  looks: 'objects.jsonl',
  events: 'events.jsonl',
  timeline: 'timeline.jsonl',
  baseline: 'baseline.json',
  cluster: 'cluster.json',
} as const;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const keyOf = (object: KubeObject): string => `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
