import { type Instant, secondsAfter } from '../instant.ts';
import type { Look, Settled } from '../workflow/look.ts';
import type { Facts } from './course.ts';
import { outsideWindow } from './hold.ts';
import type { HostStanding } from './hosts.ts';
import type { Rollout } from './rollout.ts';
import { running } from './stage.ts';
import { putOff, type Turns, whoseTurn } from './turns.ts';
import type { HostRecord, Reason } from './waves.ts';

/**
 * Whose turn it is, as far as places have become free; undefined if it is nobody's. Where nothing may go on,
 * or would not end in time, those who wait for their turn are put back: they would wait without users.
 */
export function turned(
  look: Look<Rollout>,
  turns: Turns,
  standings: readonly HostStanding[],
  bar: Reason | undefined,
): Settled<Facts> | undefined {
  const { id, work: rollout, now } = look;
  if (turns.waiting.length === 0) return undefined;
  const holdFor = holdsOn(look, bar);
  const late = turns.waiting.filter((record) => holdFor(record));
  const [first] = late;
  const hold = first && holdFor(first);
  const hosts = hold
    ? putOff({ ...turns, waiting: late }, hold.message, now)
    : whoseTurn(id, turns, standings, { places: placesIn(rollout, now), now });
  const names = Object.values(hosts).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const news = hold
    ? `put off ${names.join(', ')}: ${hold.message}`
    : `it is the turn of ${names.join(', ')}`;
  return running(`${names.join(', ')} to ${hold ? 'be put back' : 'go on'}`, 0, { facts: { hosts }, news });
}

/** Why the host may not go on: it would not end in the window that counts for it, or nobody may. */
function holdsOn(look: Look<Rollout>, bar: Reason | undefined): (record: HostRecord) => Reason | undefined {
  const host = { hasUsers: false, isEmpty: true };
  const ofPool = bar ?? outsideWindow(look, host);
  return ({ ownWindow }) =>
    ownWindow && !bar ? outsideWindow(look, { ...host, windows: [ownWindow] }) : ofPool;
}

/** How many may be worked on at once, by what was read of the pool not long ago. */
function placesIn({ facts: { reading } }: Rollout, now: Instant): number {
  return reading && now < secondsAfter(reading.at, rereadSeconds) ? (reading.most ?? 0) : 0;
}

/** While nothing can start, the pool is read only now and then: Azure counts every call. */
export const rereadSeconds = 300;
