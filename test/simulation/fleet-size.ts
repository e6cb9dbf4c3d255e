import type { Host } from '../../shared/hosts/host.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import type { Place } from './place.ts';

/** R13: nobody is lost but to others, and nothing is left in Azure of those that had to go. */
export function wrongWithFleet(place: Place, here: readonly Host[]): string[] {
  // Work that found the machine gone, and ended before it was made again, left it as lost as it was.
  const known = here.filter(
    ({ phase, plan }) => phase === 'done' || phase === 'quarantined' || plan.blueprint === undefined,
  );
  const inOrder = known.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const last = new Map(inOrder.map((host) => [host.plan.machine.instanceId, host]));
  return [...last].flatMap(([instanceId, host]) => {
    const { fleet, vanished } = place.azure;
    const name = `${host.plan.name} of ${place.name}`;
    if (fleet.has(instanceId)) return hasToGo(host) ? [`R13: ${name} is still there`] : [];
    if (vanished.has(instanceId)) return [];
    if (hasToGo(host)) return leftOf(place, host.plan.name).map((left) => `R13: ${name} left ${left} behind`);
    return mayBeGone(host) ? [] : [`R13: ${name} is gone`];
  });
}

function hasToGo({ plan: { task = 'update' }, phase }: Host): boolean {
  return (task === 'retire' && phase === 'done') || (task === 'add' && phase === 'put-back');
}

/** Never made; on its way out; or lost half way, with all that it takes to make it again. */
function mayBeGone({ plan: { task = 'update' }, phase, facts }: Host): boolean {
  const isLost = phase === 'quarantined' && (task === 'retire' || facts.blueprint !== undefined);
  return (task === 'add' && phase !== 'done') || isLost;
}

function leftOf({ azure: { vms, desktop, fleet } }: Place, name: string): string[] {
  // Those of another that is named after it are on that one.
  const isOfAnother = (on: string | undefined) => on !== undefined && fleet.has(on);
  const parts = [...vms.parts].flatMap(([part, on]) =>
    part.startsWith(`${name}-`) && !isOfAnother(on) ? [part] : [],
  );
  return desktop.isRegistered(name) ? [...parts, 'its record in the pool'] : parts;
}

/** R13: the pool has as many hosts as before, but for those that others took, that are lost or stayed. */
export function wrongSize({ name, azure, size }: Place, rollouts: readonly Rollout[]): string[] {
  const here = rollouts.filter(({ link }) => link.hostPool === name);
  const records = here.flatMap(({ facts }) => Object.values(facts.hosts ?? {}));
  const isOther =
    azure.vanished.size > 0 ||
    records.some(({ outcome, why }) => outcome === 'quarantined' || why.startsWith('it stays'));
  if (isOther || azure.fleet.size === size) return [];
  return [`R13: ${name} had ${size} hosts and has ${[...azure.fleet.keys()].join(', ')}`];
}
