import type { Instant } from '../instant.ts';
import type { Settled } from '../workflow/look.ts';
import { exclusionTagFor, tagIn } from './exclusion.ts';
import type { HostPoolReading, HostPools } from './host-pool.ts';
import type { Facts } from './course.ts';
import type { Gallery, Model, Fleets } from './fleet.ts';
import {
  done,
  type EnsureRolloutStage,
  failed,
  hostPoolOf,
  isSameRegion,
  running,
  fleetNamed,
  fleetOf,
} from './stage.ts';
import { membersOf, mostlyFrom } from './members.ts';
import { upgradesByItself } from './model.ts';
import { imagesFor, versionsOf } from './own-versions.ts';
import type { PoolLink } from './pool.ts';
import { readPool } from './read-pool.ts';
import type { Rollout } from './rollout.ts';
import { type Beside, standAloneIn } from './stand-alone.ts';
import { type Against, isUnconfirmed, unsuited } from './suited.ts';
import { standAloneBlockers } from './surge-plan.ts';
import { type Refusal, unlessRefused } from './versions.ts';

/**
 * The scale set's model names the exact version, read back. The version must be complete in the region of
 * the pool before that, or the first reimage would wait for it or fail.
 */
export function ensurePrepared(
  gallery: Gallery,
  hostPools: HostPools,
  fleets: Fleets,
  refusal: Refusal,
  beside?: Beside,
): EnsureRolloutStage {
  return unlessRefused(refusal, async ({ work, now }) => {
    const { pool, link, facts } = work;
    const hostPool = await hostPools.hostPool(hostPoolOf(link));
    if (!hostPool) return failed('NotFound', `Azure knows no host pool ${link.hostPool}.`);
    const notSuited = await ensureSuited(hostPools, hostPool, link, facts);
    if (notSuited) return notSuited;
    const model = await fleets.model(fleetOf(link));
    if (!model) return failed('NotFound', `Azure knows no ${fleetNamed(link)}.`);
    const against = unfit(model, link, pool);
    if (against) return failed(against.code, against.message);
    const notReady = await notComplete(gallery, work);
    if (notReady) return notReady;
    const notMade = await notToBeReplaced(hostPools, fleets, beside, { work, model, now });
    if (notMade) return notMade;
    if (model.kind !== 'stand-alone') return await ensureNamed(fleets, work, model);
    // Machines that stand alone have no model, but a version that they came from all the same.
    const modelBefore =
      facts.modelBefore ?? (work.requested.only ? undefined : await cameFrom(hostPools, fleets, work));
    return done({ way: model.kind, ...(modelBefore !== undefined && { modelBefore }) });
  });
}

/** The first version that is not in the pool's region yet, of all that its hosts are to be brought to. */
async function notComplete(gallery: Gallery, work: Rollout): Promise<Settled<Facts> | undefined> {
  const { location } = work.link;
  for (const { number, imageVersionId } of versionsOf(work)) {
    const regions = await gallery.completedRegions(imageVersionId);
    if (!regions?.some((region) => isSameRegion(region, location)))
      return failed('VersionNotReady', `Version ${number} is not complete in ${location}.`);
  }
  return undefined;
}

/** The model names the version, and what it named before is kept. */
async function ensureNamed(
  fleets: Fleets,
  { pool, link, version, facts }: Rollout,
  model: Model,
): Promise<Settled<Facts>> {
  const isNamed = model.imageVersionId.toLowerCase() === version.imageVersionId.toLowerCase();
  if (isNamed && isTaken(model, facts)) return done({ way: model.kind });
  if (facts.modelBefore === undefined) {
    return running('the former model to be kept', 0, { facts: { modelBefore: model.imageVersionId } });
  }
  if (model.provisioningState === 'Succeeded' || model.provisioningState === 'Failed') {
    await fleets.setModelImage(fleetOf(link), version.imageVersionId);
  }
  return running(`the scale set of ${pool} to take the model`, 3);
}

/** What a plan would say against making machines anew or beside others, before the first is deleted or added. */
async function notToBeReplaced(
  hostPools: HostPools,
  fleets: Fleets,
  beside: Beside | undefined,
  {
    work: { link, version, facts, requested },
    model,
    now,
  }: { readonly work: Rollout; readonly model: Model; readonly now: Instant },
): Promise<Settled<Facts> | undefined> {
  // Who has one host tried again has seen to what was in its way.
  const isReplaced = model.kind === 'stand-alone' && !requested.only;
  // Once it has begun, who is there and what is used is of its own doing.
  if (!isReplaced || facts.hosts !== undefined) return undefined;
  const { imageVersionId } = version;
  const asked = { link, imageVersionId, ownVersions: requested.ownVersions, records: {} };
  const pool = await readPool(hostPools, fleets, { ...asked, now });
  const [against] = standAloneBlockers(await standAloneIn(beside, link, model, pool));
  return against && failed(against.code, against.message);
}

function unfit(model: Model, link: PoolLink, pool: string): Against | undefined {
  // A resource group may be elsewhere than what is in it.
  if (model.kind === 'stand-alone') return undefined;
  if (isSameRegion(model.location, link.location)) return upgradesByItself(model, link);
  const message = `The scale set is in ${model.location}, and pool ${pool} says ${link.location}.`;
  return { code: 'ValidationFailed', message };
}

async function cameFrom(
  hostPools: HostPools,
  fleets: Fleets,
  { link, version, requested }: Rollout,
): Promise<string | undefined> {
  const machines = await fleets.list(fleetOf(link));
  const members = membersOf(link, machines, await hostPools.list(hostPoolOf(link)));
  return mostlyFrom(members, imagesFor({ ...version, ...requested }));
}

/** The host pool is such that its hosts may be worked on, and by which tag autoscale leaves them alone is kept. */
async function ensureSuited(
  hostPools: HostPools,
  hostPool: HostPoolReading,
  link: PoolLink,
  facts: Facts,
): Promise<Settled<Facts> | undefined> {
  const desktops = isUnconfirmed(link, hostPool) ? await hostPools.list(hostPoolOf(link)) : [];
  const assigned = desktops.filter(({ assignedUser }) => assignedUser !== '').length;
  const [against] = unsuited(link, hostPool, assigned);
  if (against) return failed(against.code, against.message);
  const exclusionTag = exclusionTagFor(link.policy, hostPool);
  if (typeof exclusionTag !== 'string' || exclusionTag === tagIn(facts, link)) return undefined;
  return running('the exclusion tag to be kept', 0, { facts: { exclusionTag } });
}

/** After a pause there may be hosts under way: a model that was taken stays taken while Azure is at them. */
function isTaken({ provisioningState }: Model, { hosts }: Facts): boolean {
  return provisioningState === 'Succeeded' || hosts !== undefined;
}
