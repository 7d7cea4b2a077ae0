import { describe, expect, it } from 'vitest';
import { unmetNeeds } from '../../src/drill/needs.ts';
import { clusterFacts } from '../support/objects.ts';
import { portLab } from '../support/tui-labs.ts';

const needing = (needs: Partial<typeof portLab.needs>) => ({ ...portLab, needs: { ...portLab.needs, ...needs } });
const sharedVolumes = { ...clusterFacts().storage, nodeAffinity: false };

describe('what a lab needs of the cluster', () => {
  it('is met by a cluster that has it all', () => {
    const lab = needing({ workers: 2, metrics: true, ingress: true, taintedControlPlane: true, localVolumes: true });
    expect(unmetNeeds(lab, clusterFacts({ metrics: true, ingressClass: 'nginx' }))).toEqual([]);
  });

  it('is told need by need', () => {
    const lab = needing({ workers: 3, metrics: true, ingress: true, taintedControlPlane: true, localVolumes: true });
    expect(unmetNeeds(lab, clusterFacts({ controlPlaneTainted: false, storage: sharedVolumes }))).toEqual([
      'it needs 3 workers, the cluster has 2',
      'it needs metrics-server, the cluster has none',
      'it needs an ingress controller, the cluster has none',
      'it needs a tainted control plane, this one takes Pods',
      'it needs volumes that belong to a node, this cluster gives one to Pods of several nodes without saying so',
    ]);
  });

  it('is told for one worker, too', () => {
    expect(unmetNeeds(needing({ workers: 1 }), clusterFacts({ workers: [] }))).toEqual(['it needs 1 worker, the cluster has 0']);
  });

  it('is met for volumes where there is one node', () => {
    expect(unmetNeeds(needing({ workers: 0, localVolumes: true }), clusterFacts({ workers: [], storage: sharedVolumes }))).toEqual([]);
  });
});
