import type { Instant } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import type { Facts } from './course.ts';
import { expected, mostSeconds, tookIn } from './durations.ts';
import { foreignUpdates, foundOn, shortOf } from './foreign.ts';
import type { Records } from './hosts.ts';
import { noticesOf } from './notices.ts';
import { imagesFor } from './own-versions.ts';
import { waitersAmong } from './own-window.ts';
import type { PoolAtOnce } from './read-pool.ts';
import type { Rollout } from './rollout.ts';
import { inOrder } from './waves.ts';

interface Known {
  readonly records: Records;
  readonly model: { readonly at?: Instant };
}

/** What a reading shows of others who are at work on the pool, to be kept; and a line for each that is new. */
export function observed(
  { work: { facts, link, version, requested }, now }: Look<Rollout>,
  { views }: PoolAtOnce,
  { records, model }: Known,
): { readonly facts: Partial<Facts>; readonly news: readonly string[] } {
  const wantedOn = imagesFor({ ...version, ...requested });
  const updates = foreignUpdates(facts, views, records, { wantedOn, now });
  const foreign = { ...facts.foreign, ...updates };
  const took = expected(tookIn(facts), link.policy);
  const withUsers = mostSeconds(took);
  const without = mostSeconds(took, link.policy.minDrainMinutes * 60);
  const secondsFor = ({ sessions }: { readonly sessions: number }) => (sessions > 0 ? withUsers : without);
  const waiters = waitersAmong(inOrder(views), secondsFor, now);
  return {
    facts: {
      notices: noticesOf({ views, records, waiters, foreign }),
      ...(Object.keys(updates).length > 0 && { foreign }),
      ...(!facts.foundOn && { foundOn: foundOn(views) }),
      ...(model.at !== undefined && { modelReadAt: model.at }),
    },
    news: Object.values(updates).map(
      ({ name, on }) => `ForeignUpdate: somebody else brought ${name} to ${shortOf(on)}`,
    ),
  };
}
