import { describe, expect, it } from 'vitest';
import { begunIn, type Line, operationIn } from '../../shared/operations/monitor.ts';
import type { FoundRegion } from '../../shared/replication/gallery.ts';
import {
  type Replication,
  type ReplicationEvent,
  replicationLife,
} from '../../shared/replication/replication.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { monitorsOfRegions } from '../../shared/wiring/monitors-of-images.ts';

const noon = '2026-01-05T12:00:00.000Z';
const part = 'northeurope';
const wanted = { replicas: 1, storageType: 'Standard_LRS', required: false } as const;
const begun: ReplicationEvent = {
  type: 'begun',
  version: {
    ref: { subscriptionId: 's', resourceGroup: 'g', gallery: 'g', definition: 'd', number: '1.0.0' },
    imageVersionId: '/versions/1.0.0',
    source: 'westeurope',
    isShallow: false,
  },
  regions: { westeurope: { ...wanted, required: true } },
  stageAt: noon,
  at: noon,
};
const by = { name: part, by: 'ana', at: noon };
const put: ReplicationEvent = { type: 'region-wanted', wanted, ...by };
const remove: ReplicationEvent = { type: 'region-unwanted', ...by };
const target = { replicas: 1, storageType: 'Standard_LRS' } as const;
const whole: FoundRegion = { target, state: 'completed', percent: 100 };

/** Azure shows the region so, or not at all; each look is long after the one before. */
const shows =
  (region?: FoundRegion, more: object = {}) =>
  ({ look }: Replication): ReplicationEvent => ({
    type: 'looked',
    look,
    at: minutesAfter(noon, look + 1),
    found: { isChanging: false, regions: { westeurope: whole, ...(region && { [part]: region }) } },
    news: 'it moved',
    ...more,
  });

/** How the changes of the region stand after this, the first first. */
function standsAfter(...story: (ReplicationEvent | ((state: Replication) => ReplicationEvent))[]) {
  let state = replicationLife.evolve(undefined, begun);
  if (!state) throw new Error('it never began');
  const history: Line<ReplicationEvent>[] = [{ at: noon, event: begun }];
  for (const next of story) {
    const event = typeof next === 'function' ? next(state) : next;
    const after: Replication | undefined = replicationLife.evolve(state, event);
    if (!after || after === state) continue;
    state = after;
    if (replicationLife.isNews(event)) history.push({ at: event.at, event });
  }
  const last = state;
  const watch = monitorsOfRegions.region;
  return begunIn(watch, history, part).map(
    (_, index) => operationIn(watch, { state: last, history, part }, index + 1)?.stand.status,
  );
}

describe('a change of a region, watched', () => {
  it('runs until Azure shows it', () => {
    expect(standsAfter(put)).toEqual(['Running']);
    expect(standsAfter(put, shows({ target, state: 'replicating', percent: 40 }))).toEqual(['Running']);
    expect(standsAfter(put, shows(whole))).toEqual(['Succeeded']);
    expect(standsAfter(put, shows(whole), remove)).toEqual(['Succeeded', 'Running']);
    expect(standsAfter(put, shows(whole), remove, shows())).toEqual(['Succeeded', 'Succeeded']);
  });

  it('that something else was asked for before is canceled', () => {
    expect(standsAfter(put, remove)).toEqual(['Canceled', 'Running']);
    expect(standsAfter(put, remove, shows(), put, shows(whole))).toEqual([
      'Canceled',
      'Succeeded',
      'Succeeded',
    ]);
  });

  it('to take it away fails where it turns out to be in use', () => {
    expect(standsAfter(put, shows(whole), remove, shows(whole, { kept: { [part]: ['prod-euw'] } }))).toEqual([
      'Succeeded',
      'Failed',
    ]);
  });
});
