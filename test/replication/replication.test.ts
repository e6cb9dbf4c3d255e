import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import type { Found } from '../../shared/replication/gallery.ts';
import {
  type Replication,
  type ReplicationEvent,
  replicationLife,
} from '../../shared/replication/replication.ts';
import { replicationView } from '../../shared/replication/view.ts';
import { noon } from './regions.ts';

const standard = { storageType: 'Standard_LRS' } as const;
const copy = { state: 'completed', percent: 100, target: { replicas: 1, ...standard } } as const;
const whole: Found = { isChanging: false, regions: { westeurope: copy } };

describe('the life of replication', () => {
  const begun: ReplicationEvent = {
    type: 'begun',
    version: {
      ref: { subscriptionId: 's', resourceGroup: 'g', gallery: 'g', definition: 'd', number: '1.0.0' },
      imageVersionId: '/v',
      source: 'westeurope',
      isShallow: false,
    },
    regions: { westeurope: { replicas: 1, ...standard, required: true } },
    stageAt: noon,
    at: noon,
  };
  const after = (...events: ReplicationEvent[]) =>
    [begun, ...events].reduce<Replication | undefined>(
      (replication, event) => replicationLife.evolve(replication, event),
      undefined,
    ) as Replication;
  const looked = (look: number, found: Found): ReplicationEvent => ({
    type: 'looked',
    look,
    found,
    at: noon,
  });
  const copying: Found = {
    isChanging: true,
    regions: { westeurope: { ...copy, state: 'replicating', percent: 9 } },
  };

  it('X4: has a time for the next look until nothing is open', () => {
    expect(replicationLife.decide(after(), noon).command).toEqual({ type: 'look' });
    const open = after(looked(0, copying));
    expect(replicationLife.decide(open, noon).lookAgainAt).toBe(minutesAfter(noon, 1));
    expect(replicationLife.decide(after(looked(0, copying), looked(1, whole)), noon)).toEqual({});
  });

  it('takes no notice of an answer to a look that was answered', () => {
    const open = after(looked(0, copying));
    expect(replicationLife.evolve(open, looked(0, whole))).toBe(open);
    expect(replicationLife.evolve(undefined, looked(0, whole))).toBeUndefined();
  });

  it('waits for somebody who may be at a change, whatever people ask meanwhile', () => {
    const change = { remove: [], put: [{ name: 'eastus', replicas: 1, ...standard }] };
    const intended = after({ type: 'looked', look: 0, found: whole, change, at: noon });
    const wanted = { replicas: 1, ...standard, required: true };
    const asked = replicationLife.evolve(intended, {
      type: 'region-wanted',
      name: 'uksouth',
      wanted,
      by: 'ana',
      at: noon,
    });
    expect(asked?.lookAt).toBe(minutesAfter(noon, 5));
  });

  it('is shown with what each region waits for', () => {
    expect(replicationView(after(looked(0, copying)))).toMatchObject({
      isChanging: true,
      nextLookAt: minutesAfter(noon, 1),
      value: [{ name: 'westeurope', state: 'replicating', percent: 9, isSource: true, lastProgressAt: noon }],
    });
  });
});
