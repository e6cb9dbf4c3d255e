import type { Policy, Took } from './pool.ts';
import type { Facts } from './course.ts';
import type { HostRecord } from './waves.ts';

/** What is known of a pool is worth more than what is usual from so many hosts on. */
const enough = 5;
const remembered = 100;

/**
 * The minutes that Azure and the agent commonly take to bring a host back: about 18, and one in twenty waits
 * for an agent that updates itself. Good until the pool has a history of its own.
 */
const usualMinutes = [14, 15, 15, 16, 16, 17, 17, 17, 18, 18, 18, 19, 19, 20, 20, 21, 22, 24, 26, 43];

/** The same as shares of their middle: how far hosts lie from one another, however quick those of a pool are. */
export const elsewhere: readonly number[] = usualMinutes.map((minutes) => minutes / 18);

/** How long hosts of this pool took, newest last: before this rollout and in it. Those that failed say nothing. */
export function tookIn({ took = [], hosts = {} }: Facts): readonly Took[] {
  const here = Object.values(hosts)
    .filter(({ outcome, task }) => outcome === 'done' && task !== 'add')
    .toSorted((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? -1 : 1))
    .flatMap((record) => timeOf(record, hosts));
  return latest([...took, ...here]);
}

/** Of a host that gave way to another, what the other took as well. One that was too many itself says nothing. */
function timeOf({ seconds, task, for: successor }: HostRecord, hosts: NonNullable<Facts['hosts']>): Took[] {
  const { users, azure, own } = seconds;
  if (task === undefined) return [{ users, rest: azure + own }];
  const other = successor === undefined ? undefined : hosts[successor]?.seconds;
  return other ? [{ users, rest: azure + own + other.azure + other.own }] : [];
}

export function latest(took: readonly Took[]): readonly Took[] {
  return took.slice(-remembered);
}

/** What to expect of a host: as the pool's own hosts took, or as is usual under such a policy. */
export function expected(
  took: readonly Took[],
  { sessions, minDrainMinutes }: Pick<Policy, 'sessions' | 'minDrainMinutes'>,
): readonly Took[] {
  if (took.length >= enough) return took;
  const users = (sessions.graceMinutes + minDrainMinutes) * 60;
  return usualMinutes.map((minutes) => ({ users, rest: minutes * 60 }));
}

/** Of ten hosts nine take no longer; one without users is only watched for so long to stay empty. */
export function mostSeconds(took: readonly Took[], quietSeconds = Infinity): number {
  return percentile(
    took.map(({ users, rest }) => Math.min(users, quietSeconds) + rest),
    90,
  );
}

/** The smallest value that so many percent of them do not exceed; 0 of none. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.ceil((values.length * percent) / 100);
  return values.toSorted((a, b) => a - b)[Math.max(rank, 1) - 1] ?? 0;
}
