import { counted } from '../counted.ts';
import { type Failure, failure } from '../errors.ts';
import type { HostView } from './capacity.ts';
import { percentile } from './durations.ts';
import type { Finding } from './finding.ts';
import { drawing } from './forecast.ts';
import type { FleetKind } from './fleet.ts';
import type { Blueprint } from './hosts.ts';
import { type PoolLink, surgeOf, type Took } from './pool.ts';

/** What a size is in a region, as far as room for more machines goes. */
export interface SizeInRegion {
  readonly known: boolean;
  /** Why it cannot be had there by this subscription, in Azure's words. */
  readonly restriction?: string;
  readonly vCPUs: number;
  /** In vCPUs: of the size's family, and of the region in all. */
  readonly quota: readonly { readonly name: string; readonly used: number; readonly limit: number }[];
}

/** The machine that others would be made after, and what there is of its size; undefined if nobody was asked. */
export interface FoundModel {
  readonly name: string;
  readonly blueprint: Pick<Blueprint, 'size' | 'notAgain' | 'notBeside' | 'extensions'>;
  readonly size: SizeInRegion | undefined;
}

export interface FoundStandAlone {
  readonly link: PoolLink;
  readonly kind: FleetKind | undefined;
  readonly hosts: number;
  readonly todo: number;
  readonly isPersonal: boolean;
  /** Locks by which Azure deletes none of the machines that are to go, each in a few words. */
  readonly locks: readonly string[];
  /** There are names for the hosts that are to be added. */
  readonly hasNames: boolean;
  readonly model: FoundModel | undefined;
  /** Those to be brought that cannot be made again, or give way to another. */
  readonly hindered: readonly Pick<HostView, 'name' | 'notAgain' | 'notBeside'>[];
}

/** How many hosts are added before others are retired; 0 where none are. */
export function addedAtOnce({
  link,
  kind,
  hosts,
  todo,
}: Pick<FoundStandAlone, 'link' | 'kind' | 'hosts' | 'todo'>): number {
  return kind === 'stand-alone' ? Math.min(surgeOf(link.policy, hosts), todo) : 0;
}

/** Why machines that stand alone cannot be replaced, or no others be made beside them. */
export function standAloneBlockers(found: FoundStandAlone): readonly Failure[] {
  const { link, model, locks } = found;
  const added = addedAtOnce(found);
  const locked = locks.map((lock) =>
    failure('ResourceLocked', `By ${lock} Azure deletes none of the machines that are to go.`),
  );
  const missing = model ? secretsMissing(link, model) : [];
  const before = [...locked, ...missing];
  if (added > 0)
    return [...before, ...againstSurge(found, added).map((why) => failure('SurgeNotPossible', why))];
  return model ? [...before, ...againstAgain(link, model)] : before;
}

/** What would be found out when the machine is gone, and then of as many as are worked on at once. */
function againstAgain(
  { virtualMachines }: PoolLink,
  { name, blueprint: { notAgain, size: sizeName, extensions }, size }: FoundModel,
): readonly Failure[] {
  const against = notAgain === undefined ? [] : [failure('NotReplaceable', `${name}: ${notAgain}`)];
  const why = size && (size.known ? size.restriction : 'the region does not have it');
  if (why !== undefined) {
    const message = `${name} is of size ${sizeName}, which cannot be had any more (${why}): deleted, it could not be made again.`;
    const remedy = 'Have Azure give you the size again, or give the machines another one first.';
    against.push({ code: 'SkuUnavailable', message, remedy });
  }
  const joins = extensions.some(({ type }) => type.toLowerCase() === 'aadloginforwindows');
  if (joins && virtualMachines?.entraDevices === undefined) {
    const message = `${name} is joined to Entra ID: its device stays there when the machine is deleted, and keeps the next of its name from joining.`;
    against.push(failure('EntraDeviceStays', message));
  }
  return against;
}

function againstSurge(
  { isPersonal, hasNames, model, hindered }: FoundStandAlone,
  added: number,
): readonly string[] {
  const against = isPersonal
    ? ['Each personal desktop is one user’s own: another beside it is nobody’s.']
    : [];
  if (!hasNames)
    against.push(`There are no ${added} names of at most 15 letters more like those of its hosts.`);
  const others = hindered.filter(({ name, notBeside }) => notBeside !== undefined && name !== model?.name);
  against.push(...others.map(({ name, notBeside }) => `${name}: ${notBeside}`));
  if (!model) return against;
  const { name, blueprint, size } = model;
  if (blueprint.notBeside !== undefined) against.push(`${name}: ${blueprint.notBeside}`);
  return [...against, ...(size ? noRoom(blueprint.size, size, added) : [])];
}

function secretsMissing({ virtualMachines }: PoolLink, { name, blueprint }: FoundModel): readonly Failure[] {
  return blueprint.extensions
    .filter((extension) => extension.needsSecret && !virtualMachines?.extensions?.[extension.name])
    .map((extension) => {
      const message = `Extension ${extension.name} of ${name} needs protected settings, which Azure gives nobody back.`;
      const remedy = `Keep them in Key Vault as JSON, and state virtualMachines.extensions.${extension.name}.secretUri.`;
      return { code: 'SecretUnusable' as const, message, remedy };
    });
}

function noRoom(
  size: string,
  { known, restriction, vCPUs, quota }: SizeInRegion,
  added: number,
): readonly string[] {
  if (!known) return [`The region has no size ${size}.`];
  if (restriction !== undefined) return [`Size ${size} cannot be had: ${restriction}`];
  const cores = added * vCPUs;
  return quota
    .filter(({ used, limit }) => used + cores > limit)
    .map(
      ({ name, used, limit }) =>
        `${counted(added, 'host more is', 'hosts more are')} ${counted(cores, 'vCPU')}; of ${name} ${used} of ${limit} are used.`,
    );
}

/** Hosts that will fail, and that others need not wait for. */
export function hinderedWarnings(found: FoundStandAlone): readonly Finding[] {
  const others = found.hindered.filter(({ notAgain }) => notAgain !== undefined);
  // With surge, and where none can be made again, it is a blocker.
  if (others.length === 0 || others.length >= found.todo || addedAtOnce(found) > 0) return [];
  const why = others.map(({ name, notAgain }) => `${name}: ${notAgain}`).join(' ');
  const remedy =
    'Do away with what the message names, or skip these hosts in the rollout: they fail otherwise.';
  return [{ code: 'HostsNotReplaceable', message: why, remedy }];
}

/** What should be known of surge where nobody asked Azure whether there is room. */
export function standAloneWarnings(found: FoundStandAlone): readonly Finding[] {
  const added = addedAtOnce(found);
  if (added === 0 || found.model?.size) return [];
  const of = found.model ? ` of size ${found.model.blueprint.size}` : '';
  const message = `There must be room in quota and subnet for ${counted(added, 'machine')}${of} more.`;
  return [
    { code: 'SurgeNeedsQuota', message, remedy: 'See that there is, or state a smaller policy.surge.' },
  ];
}

const runs = 101;

/**
 * For how long added hosts are beside those that they replace, added up over all that are replaced: from when
 * each is asked for until its predecessor is gone. Waiting for a window, the floor or users who stay is not in it.
 */
export function besideOf(
  hosts: readonly { readonly hasUsers: boolean }[],
  { took, quietSeconds }: { readonly took: readonly Took[]; readonly quietSeconds: number },
): { readonly p50: number; readonly p90: number } {
  const sums: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const draw = drawing(run);
    let seconds = 0;
    for (const { hasUsers } of hosts) {
      const { users, rest } = took[draw(took.length)] ?? { users: 0, rest: 0 };
      seconds += rest + (hasUsers ? users : Math.min(users, quietSeconds));
    }
    sums.push(seconds / 3600);
  }
  const rounded = (percent: number) => Math.round(percentile(sums, percent) * 10) / 10;
  return { p50: rounded(50), p90: rounded(90) };
}

/** What surge means for a plan. */
export function surgePlan(
  added: number,
  beside: { readonly p50: number; readonly p90: number },
  { policy }: PoolLink,
) {
  const { surgePrice: price } = policy;
  const cost = (hours: number) => Math.round(hours * (price?.perHour ?? 0) * 100) / 100;
  return {
    hosts: added,
    hostHours: beside,
    ...(price && { cost: { p50: cost(beside.p50), p90: cost(beside.p90), currency: price.currency } }),
  };
}
