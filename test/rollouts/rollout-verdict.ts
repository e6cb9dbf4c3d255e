import { secondsBetween } from '../../shared/instant.ts';
import type { Host } from '../../shared/hosts/host.ts';
import { rolloutInsight } from '../../shared/rollouts/insight.ts';
import type { LeftHost } from '../../shared/rollouts/pool.ts';
import { isOver, type Rollout } from '../../shared/rollouts/rollout.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import type { Fleet } from '../support/fleet.ts';
import { wrongIn } from '../support/fleet-verdict.ts';
import { newVersion } from '../support/small-azure.ts';
import type { World } from '../support/world.ts';

/** Every second of every rollout, and of every host, went somewhere. */
export async function unaccounted({ now }: World, { seen, hostApi }: Fleet): Promise<string[]> {
  const work = {
    standings: async (id: string) => await hostApi.standings(id),
    history: async (id: string) => await seen.hosts.history(id),
  };
  const insight = rolloutInsight({ rolloutStore: seen.rollouts, work, backTo: async () => undefined, now });
  const sum = (shares: Partial<Record<string, number>>) =>
    Object.values(shares).reduce<number>((all, seconds) => all + (seconds ?? 0), 0);
  const wrongs: string[] = [];
  for (const { id } of await seen.rollouts.loadAll('')) {
    const { from, until, seconds, rollout, hosts } = await insight.timeline(id);
    if (Math.abs(sum(rollout) - seconds) > 0.01)
      wrongs.push(`${sum(rollout)} of ${seconds} s of ${id} are told`);
    for (const { host, waited, worked, endedAt = until } of hosts) {
      const told = sum(waited) + sum(worked);
      const took = secondsBetween(from, endedAt);
      if (Math.abs(told - took) > 0.01) wrongs.push(`${told} of ${took} s of ${host} are told`);
    }
    const negative = hosts.flatMap(({ worked }) => Object.values(worked)).filter((part) => part < -0.01);
    if (negative.length > 0) wrongs.push(`${id} has a share of ${negative[0]} s`);
  }
  return wrongs;
}

/** All that is not as it must be once the rollouts are over. */
export function wrongsOf(
  fleet: Fleet,
  all: readonly Rollout[],
  hosts: readonly Host[],
  holder: string | undefined,
): string[] {
  // A second rollout that found the pool free again takes on what the first one left.
  const [first, second] = all
    .filter(({ facts }) => facts.hosts)
    .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const isOverlapping = first && second && timeOf(second)[0] !== '' && timeOf(second)[0] < timeOf(first)[1];
  return [
    ...(second ? fleet.azure.wrongs : wrongIn(fleet, hosts)),
    ...all.flatMap((rollout) => wrongOf(rollout, fleet)),
    ...(holder === undefined ? [] : [`R1: ${holder} holds the pool for ever`]),
    ...(isOverlapping ? ['R1: two rollouts had the pool at once'] : []),
    ...(all.length === 0 ? ['no rollout was ever begun'] : []),
  ];
}

/** It was added, and whoever is on it would not leave, or nothing let it go. */
function hasToStay({ task, for: successor, outcome, why }: HostRecord): boolean {
  const isToGo = task === 'retire' && successor === undefined;
  return why.startsWith('it stays') || (isToGo && outcome !== 'done');
}

/** The pool has as many hosts as before; but for those that others took or brought, that are lost, or had to stay. */
export function wrongSize({ azure }: Fleet, all: readonly Rollout[], before: number): string[] {
  const records = all.flatMap(({ facts }) => Object.values(facts.hosts ?? {}));
  const isOther =
    azure.vanished.size > 0 ||
    azure.fleet.has('avd-late') ||
    azure.fleet.has('late') ||
    records.some((one) => one.outcome === 'quarantined' || hasToStay(one));
  if (isOther || azure.fleet.size === before) return [];
  const now = [...azure.fleet.keys()].join(', ');
  return [`the pool had ${before} hosts and has ${now}`];
}

/** R13: a host of the pool is there, or it is kept what it takes to make its machine anew; unless others took it. */
export function forgotten(
  { azure }: Fleet,
  names: readonly string[],
  lost: readonly LeftHost[],
  records: readonly HostRecord[],
): string[] {
  const isKept = (name: string) => lost.some(({ instanceId, isGone }) => instanceId === name && isGone);
  const isRetired = (name: string) =>
    records.some(({ instanceId, task }) => instanceId === name && task === 'retire');
  return names
    .filter(
      (name) => !azure.fleet.has(name) && !azure.vanished.has(name) && !isKept(name) && !isRetired(name),
    )
    .map((name) => `R13: ${name} is neither there nor kept`);
}

function wrongOf(rollout: Rollout, { azure }: Fleet): string[] {
  if (!isOver(rollout)) {
    const { stage, waitingFor } = 'standing' in rollout ? rollout.standing : { stage: '', waitingFor: '' };
    return [`R11: the rollout is in ${stage} for ever: ${waitingFor}`];
  }
  const records = rollout.facts.hosts ?? {};
  const open = Object.values(records).filter(({ outcome }) => outcome === 'admitted');
  const excused = new Set(['failed', 'quarantined', 'skipped']);
  const left = [...azure.fleet.values()].filter(
    ({ machine }) =>
      rollout.phase === 'succeeded' &&
      (rollout.requested.only?.includes(machine.instanceId) ?? true) &&
      machine.imageVersionId !== newVersion &&
      !excused.has(records[machine.instanceId]?.outcome ?? ''),
  );
  return [
    ...open.map(({ name }) => `${name} never ended`),
    ...left.map(
      ({ machine }) => `R13: the rollout succeeded and ${machine.computerName} is on another version`,
    ),
  ];
}

/** From when until when the rollout had hosts under way. */
function timeOf(rollout: Rollout): readonly [from: string, to: string] {
  const records = Object.values(rollout.facts.hosts ?? {}).filter((record) => !isOnlyDecided(record));
  const began = records.map(({ admittedAt }) => admittedAt).toSorted();
  const ended = records
    .map(({ outcome, endedAt, admittedAt }) => endedAt ?? (outcome === 'admitted' ? 'never' : admittedAt))
    .toSorted();
  return [began[0] ?? '', ended.at(-1) ?? ''];
}

/** Somebody decided on it, also while the rollout waited for its pool; nothing was done to it. */
function isOnlyDecided({ outcome, admittedAt, endedAt = admittedAt }: HostRecord): boolean {
  return (outcome === 'skipped' || outcome === 'put-off') && endedAt === admittedAt;
}
