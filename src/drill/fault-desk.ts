import type { LabFaultUse } from '../lab/schema.ts';
import type { FaultInForce } from './events.ts';

/** What a drill asks of the faults: everything goes through the journal, so that nothing is ever left. */
export interface FaultDesk {
  /** Injects and proves the effect. Resolves with the journal's id. */
  inject(use: LabFaultUse, namespace: string, lab: string): Promise<string>;
  /** Undoes the newest fault in force that this matches; false when there is none. */
  undo(matches: (fault: string, params: Record<string, unknown>) => boolean): Promise<boolean>;
  /** Notes the state of the nodes before a lab that needs the cluster alone, so that recovery also mends what is broken by hand. */
  guard(lab: string, namespace: string): Promise<void>;
  /** Whether this lab's note is there: its faults are its own, and nobody has recovered the cluster since it began. */
  guarded(lab: string): boolean;
  /** Undoes everything that this lab left in force in this namespace, newest first. `signal`: what may cut it short, when not Ctrl+C. */
  recover(lab: string, namespace: string, signal?: AbortSignal): Promise<void>;
  inForce(): FaultInForce[];
}
