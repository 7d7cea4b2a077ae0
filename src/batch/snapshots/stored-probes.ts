import { CannotSee } from '../../grading/mirror-view.ts';
import type { Probes } from '../../grading/probes.ts';

const live = (what: string) => async (): Promise<never> => {
  throw new CannotSee(`needs a live cluster: a snapshot cannot show ${what}`);
};

/** Behaviour, which is not to be had from objects: always blind, never a pass. */
export const snapshotProbes: Probes = {
  http: live('how a page answers'),
  dns: live('how a name resolves'),
  exec: live('what runs in a container'),
  logs: live('what a container logs'),
  traffic: live('traffic'),
  accessReview: live('what somebody may do'),
  ingressRivals: live('who else claims a host'),
  node: live('what runs on a node'),
  canary: live('whether the cluster takes new work'),
};
