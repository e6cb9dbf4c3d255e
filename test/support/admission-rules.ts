import type { Rollout } from '../../shared/rollouts/rollout.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';

/** Once it stops what was added goes again, whatever failed. */
export function brokenIn(
  records: readonly HostRecord[],
  { phase, requested }: Pick<Rollout, 'phase' | 'requested'>,
): number {
  if (phase !== 'running') return 0;
  return records.filter(({ outcome, code, keptBy }) => {
    // One that an earlier rollout had lost, and that is no better now, says nothing of others.
    const isOfBefore = keptBy !== undefined && requested.only === undefined;
    return !isOfBefore && (outcome === 'quarantined' || (outcome === 'failed' && code !== 'HostVanished'));
  }).length;
}

/** Reckoned on a clock that shows UTC, as all windows of these worlds do; no host takes less than so long. */
export const leastMinutes = { all: 15, work: 10 } as const;

export function isInWindow({ link }: Rollout, at: string, least: number): boolean {
  const { windows = [] } = link.policy;
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const now = minute(at.slice(11, 16));
  return (
    windows.length === 0 ||
    windows.some(({ start, end }) => {
      const since = (now - minute(start) + 1440) % 1440;
      return since + least <= (minute(end) - minute(start) + 1440) % 1440;
    })
  );
}

/** Reckoned anew, for the first wave: it is to be proven, and to have baked, before anything follows it. */
export function beforeItsWave(
  { link, facts }: Rollout,
  admitted: readonly HostRecord[],
  at: string,
): string[] {
  const [first] = link.policy.waves ?? [];
  if (first?.upTo !== 1) return [];
  // Where hosts are added it is these that prove the version.
  const isOf = ({ task }: HostRecord) =>
    link.policy.surge === undefined ? task !== 'retire' : task === 'add';
  if (!admitted.some((one) => isOf(one))) return [];
  const records = Object.values(facts.hosts ?? {}).filter((one) => isOf(one));
  const proven = records.filter(({ outcome }) => outcome === 'done');
  const underWay = records.filter(({ outcome }) => outcome === 'admitted').length;
  if (proven.length === 0)
    return underWay > 1 ? [`R7: ${underWay} hosts are under way in a wave of one`] : [];
  const [since = at] = proven.map(({ endedAt }) => endedAt ?? at).toSorted();
  const baked = Date.parse(since) + first.bakeMinutes * 60_000;
  return Date.parse(at) < baked ? ['R7: a host was admitted before the first wave had baked'] : [];
}
