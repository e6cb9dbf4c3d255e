import { failure } from '../../shared/errors.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { afterRegion, type Region, type RegionEvent, type Seen } from '../../shared/replication/region.ts';

export const noon = '2026-01-05T12:00:00.000Z';
const target = { replicas: 1, storageType: 'Standard_LRS' } as const;
const wanted = { ...target, required: true };
const why = failure('ReplicationFailed', 'no space');

/** What Azure shows of a region, unless said otherwise one that is copied to while a change runs. */
export const seen = (more: Partial<Seen> = {}, minute = 0): RegionEvent => ({
  type: 'seen',
  name: 'northeurope',
  seen: { target, state: 'replicating', percent: 10, isChanging: true, ...more },
  at: minutesAfter(noon, minute),
});

const absent: RegionEvent = {
  type: 'seen',
  name: 'northeurope',
  seen: { percent: 0, isChanging: false },
  at: noon,
};
const idle = { isChanging: false };
const want = (more: object = {}, at: Instant = noon): RegionEvent => ({
  type: 'wanted',
  wanted: { ...wanted, ...more },
  isSource: false,
  at,
});
const anew: RegionEvent = { type: 'wanted', wanted, isSource: false, anew: true, at: noon };

/** Everything that can happen to a region, by the name that the tests give it. */
export const events = {
  absent,
  moved: seen({ percent: 60 }),
  stuck: seen({}, 60),
  'stuck, idle': seen(idle, 60),
  failed: seen({ state: 'failed' }),
  'failed, idle': seen({ state: 'failed', ...idle }),
  completed: seen({ state: 'completed', percent: 100 }),
  'wanted required': want(),
  'wanted optional': want({ required: false }),
  'begun anew': anew,
  unwanted: { type: 'unwanted', at: noon },
  'repair asked': { type: 'repair-asked', at: noon },
  kept: { type: 'kept', at: noon },
  refused: { type: 'refused', failure: why, at: noon },
} satisfies Record<string, RegionEvent>;

/** A region after what happened to it, from its beginning. */
export function regionAfter(first: RegionEvent, ...then: readonly RegionEvent[]): Region | undefined {
  return [first, ...then].reduce<Region | undefined>(
    (region, event) => afterRegion(region, event),
    undefined,
  );
}

const begin = want();
const optional = want({ required: false });
const { failed, 'failed, idle': failedIdle, completed } = events;
const spent = [failed, failedIdle, absent, failed, failedIdle, absent];

/** One region in each state, come to it by what really happens. */
export const regions = {
  desired: regionAfter(begin),
  replicating: regionAfter(begin, seen()),
  completed: regionAfter(begin, seen(), completed),
  stalled: regionAfter(begin, seen(), seen({}, 30)),
  failed: regionAfter(begin, seen(), failed),
  repairing: regionAfter(begin, seen(), failed, failedIdle),
  blocking: regionAfter(begin, ...spent, failed),
  abandoned: regionAfter(optional, ...spent, failed),
  removing: regionAfter(begin, seen(), completed, events.unwanted),
} as const;
