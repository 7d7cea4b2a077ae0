import type { Finding } from '../cluster/doctor.ts';
import type { LabProof } from '../drill/prove.ts';
import type { FaultDescription } from '../faults/describe.ts';
import type { Recovery } from '../faults/recover.ts';
import type { Problem } from '../lab/diagnostics.ts';
import type { Lab } from '../lab/schema.ts';

/** An entry of `kubedrill list --json`, which is a list of them in the order of the catalogue. */
export interface ListedLab {
  id: string;
  track: string;
  title: string;
  /** Where the exercise comes from. */
  source: Lab['source'];
  minutes: number;
  /** What the cluster must have. */
  needs: Lab['needs'];
  /** No other lab may run beside it. */
  exclusive: boolean;
  steps: number;
  points: number;
  /** Points of the best attempt that was finished. */
  earned: number;
  state: 'new' | 'started' | 'passed';
}

/** A check of `kubedrill check --json`. */
export interface CheckRow {
  id: string;
  title: string;
  verdict: 'pass' | 'fail' | 'waiting' | 'error';
  /** Points won now. */
  points: number;
  of: number;
  /** These four are `null` where there is nothing to say. */
  observed: string | null;
  expected: string | null;
  field: string | null;
  look: string | null;
  /** What was seen of a pass; why it could not be seen of an error. */
  evidence: string | null;
  /** Milliseconds of the look. */
  ms: number;
}

/** `kubedrill check <lab> --json`: the present step. */
export interface CheckDocument {
  lab: string;
  step: string;
  checks: CheckRow[];
  /** Of the whole drill, all steps so far. */
  score: number;
  of: number;
  /** Checks that could not be graded: neither won nor lost. */
  ungraded: string[];
}

/** `kubedrill verify --json`. */
export interface VerifyDocument {
  /** Every lab that was asked for is proved. */
  ok: boolean;
  labs: LabProof[];
  seconds: number;
}

/** `kubedrill lab lint --json`. */
export interface LintDocument {
  ok: boolean;
  /** How many labs were read. */
  labs: number;
  problems: Problem[];
}

/** `kubedrill doctor --json`. */
export interface DoctorDocument {
  /** Nothing failed; warnings do not count. */
  ok: boolean;
  cluster: string;
  findings: Finding[];
}

/** `kubedrill recover --json`. */
export interface RecoverDocument {
  cluster: string;
  /** Nothing is left in force. */
  ok: boolean;
  recovered: Recovery[];
}

/** `kubedrill faults --json`; `kubedrill faults <id> --json` is one entry of `faults`. */
export interface FaultsDocument {
  faults: FaultDescription[];
  inForce: { id: string; fault: string; what: string; lab: string | undefined; since: string }[];
}

/** `kubedrill snapshot <lab> --json`. */
export interface SnapshotDocument {
  lab: string;
  path: string;
  /** Of the archive: a receipt. */
  sha256: string;
  bytes: number;
  /** How often the cluster was looked at. */
  looks: number;
  /** What the snapshot shows by itself; `null` when it cannot be graded. */
  score: number | null;
  of: number | null;
  ungraded: string[];
}
