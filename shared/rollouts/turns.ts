import { type Instant, secondsAfter, secondsBetween } from '../instant.ts';
import { hostId, type HostStanding, type Records, workIn } from './hosts.ts';
import type { HostRecord } from './waves.ts';

/** Of the hosts out of service: how many are worked on, and whose turn may come. */
export interface Turns {
  /** From the word that it is its turn until it is first found healthy. */
  readonly working: number;
  /** Found healthy, and on their way back to their users: they hold up nobody. */
  readonly settled: number;
  /** Drained or about to be, and nothing done to them that cannot be put back. */
  readonly waiting: readonly HostRecord[];
}

export function turnsOf(id: string, records: Records, standings: readonly HostStanding[]): Turns {
  // Nobody has to leave a host that is added: it has no turn.
  const underWay = Object.values(records).filter(
    ({ outcome, task }) => outcome === 'admitted' && task !== 'add',
  );
  const healthy = new Set(standings.flatMap((host) => (host.firstHealthyAt === undefined ? [] : [host.id])));
  const begun = underWay.filter(({ goAt }) => goAt !== undefined);
  const settled = begun.filter((record) => healthy.has(hostId(id, record))).length;
  return {
    working: begun.length - settled,
    settled,
    waiting: underWay.filter(({ goAt, backAt }) => goAt === undefined && backAt === undefined),
  };
}

/** Whoever will be empty so soon has its turn before whoever comes later, and need not wait to be seen. */
const soonSeconds = 60;

/** Whose turn it is now: those that have been empty the longest, as many as there are places. */
export function whoseTurn(
  id: string,
  { working, waiting }: Turns,
  standings: readonly HostStanding[],
  { places, now }: { readonly places: number; readonly now: Instant },
): Records {
  const soon = secondsAfter(now, soonSeconds);
  const workOf = workIn(id, standings);
  const ready = waiting.flatMap((record) => {
    const readyAt = workOf(record)?.readyAt;
    return readyAt !== undefined && readyAt <= soon ? [{ record, readyAt }] : [];
  });
  const next = ready
    .toSorted((a, b) => (a.readyAt < b.readyAt ? -1 : a.readyAt > b.readyAt ? 1 : 0))
    .slice(0, Math.max(0, places - working));
  return Object.fromEntries(next.map(({ record }) => [record.instanceId, { ...record, goAt: now }]));
}

/** Those whose turn has not come, to be put back as they were. */
export function putOff({ waiting }: Turns, why: string, now: Instant): Records {
  return Object.fromEntries(waiting.map((record) => [record.instanceId, { ...record, why, backAt: now }]));
}

/** A host is heard of a little after it has looked. */
const heardSeconds = 1.5;
const atLeastEvery = 15;
/** Well beyond what the engine takes for in time: of a doubled wake-up one would otherwise never come too early. */
const atMostEvery = 4;

/** The seconds until a host may have come so far that the next can start. */
export function untilNext(standings: readonly HostStanding[], now: Instant): number {
  const waits = standings.flatMap(({ outcome, stage, nextLookAt }) =>
    outcome === 'running' && nextLookAt !== undefined && (stage === 'verify' || stage === 'return')
      ? [secondsBetween(now, nextLookAt) + heardSeconds]
      : [],
  );
  return Math.max(atMostEvery, Math.min(atLeastEvery, ...waits));
}
