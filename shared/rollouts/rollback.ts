import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { IsUnderWay } from './claim.ts';
import { laterThan } from './after-end.ts';
import { digest } from './digest.ts';
import type { OwnVersion } from './course.ts';
import type { Gallery } from './fleet.ts';
import { foundByImage } from './own-versions.ts';
import type { Policy, PoolLink } from './pool.ts';
import { type PoolEngine, poolIn } from './pools.ts';
import type { RollBackRollout } from './request-bodies.ts';
import { isSameFleet } from './define-pool.ts';
import type { Parts as RequestParts } from './requests.ts';
import { somebody } from './somebody.ts';
import { canBeAborted, type Rollout } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import { isSameRegion } from './stage.ts';
import { imageVersionFor, whyNotThere } from './versions.ts';
import type { HostRecord } from './waves.ts';

interface Parts extends Pick<RequestParts, 'versionOf' | 'refusal' | 'imageVersionAt'> {
  readonly pools: PoolEngine;
  readonly rollouts: RolloutEngine;
  readonly gallery: Gallery;
  readonly isUnderWay: IsUnderWay;
  readonly now: () => Instant;
}

/** What a rollout is taken back to: the version that its pool came from, and the pool as it is by now. */
interface Back {
  readonly link: PoolLink;
  readonly version: Rollout['version'];
  /** Hosts that came from another version than most, and go back there. */
  readonly ownVersions?: readonly OwnVersion[];
}

/**
 * One call takes a rollout back, half way or finished. The rollback is a rollout of its own that is on record
 * before anything is done, so that what was answered is carried out whatever dies: its first stage ends the one it
 * takes back, waits for that, and has the pool before anybody else.
 */
export function rollbackRequests(parts: Parts) {
  const { pools, rollouts, isUnderWay, now } = parts;

  const rolloutWith = async (id: string): Promise<Rollout> => {
    const rollout = await rollouts.load(id);
    if (!rollout) throw new AppError('NotFound', `There is no rollout ${id}.`, { target: id });
    return rollout;
  };

  const wayBack = async (id: string, rollout: Rollout): Promise<Back | AppError> => {
    const { movement, retryOf } = rollout.requested;
    if (retryOf !== undefined) {
      const message = `Rollout ${id} tries hosts of rollout ${retryOf} again: take that one back.`;
      return new AppError('InvalidPhase', message, { target: id });
    }
    if (movement !== undefined && (await isUnderWay(movement))) return ofChannel(movement, rollout, id);
    const modelBefore = formerOf(rollout);
    if (modelBefore === undefined) return nothingToTakeBack(id, rollout);
    const pool = await poolIn(pools, rollout.pool);
    if (!pool) return new AppError('NotFound', `There is no host pool ${rollout.pool}.`, { target: id });
    const later = await laterThan(rollouts, id, pool);
    if (later !== undefined) {
      const message = `Rollout ${later} of host pool ${rollout.pool} has begun since: take that one back.`;
      return new AppError('InvalidPhase', message, { target: id });
    }
    const holder = pool.activeRollout === id ? undefined : pool.activeRollout;
    if (holder !== undefined) {
      const message = `Rollout ${holder} tries hosts of it again: wait for its end, or abort it.`;
      return new AppError('InvalidPhase', message, { target: id });
    }
    const version = await targetOf(rollout, modelBefore, pool.link, parts);
    if (typeof version === 'string') return new AppError('NoRollbackTarget', version, { target: id });
    return { link: pool.link, version, ...(await ownVersionsOf(rollout, version, pool.link, parts)) };
  };

  return {
    /** Takes the rollout back. Asked twice it finds the first: a rollout is taken back once. */
    async rollBack(
      id: string,
      { by, reason }: z.infer<typeof RollBackRollout>,
    ): Promise<{ id: string; rollout: Rollout }> {
      const rollout = await rolloutWith(id);
      const back = rollbackId(id, rollout);
      const known = await rollouts.load(back);
      if (known) return { id: back, rollout: unlessLost(id, known) };
      const way = await wayBack(id, rollout);
      if (way instanceof AppError) throw way;
      const asked = { pool: rollout.pool, ...way, by: somebody(by), reason, rollbackOf: id, at: now() };
      await rollouts.record(back, () => ({ type: 'requested', ...asked }));
      // Its first look ends the other: whoever is answered may rely on it that nothing new starts.
      await rollouts.advance(back);
      return { id: back, rollout: unlessLost(id, await rolloutWith(back)) };
    },

    /** The number of the version that the rollout may be taken back to now; undefined if it may not be. */
    async backTo(id: string): Promise<string | undefined> {
      const rollout = await rolloutWith(id);
      if (rollout.rolledBackBy !== undefined || (await rollouts.load(rollbackId(id, rollout))))
        return undefined;
      const way = await wayBack(id, rollout);
      return way instanceof AppError ? undefined : way.version.number;
    },
  };
}

/** Of each rollout the same, and unlike the ids of all rollouts of a movement, which that may end. */
function rollbackId(id: string, { pool }: Rollout): string {
  return `${pool}-${digest(`rollback of ${id}`)}`;
}

/** Somebody else's rollout had the pool before it: of two that were asked for at once, the other won. */
function unlessLost(id: string, back: Rollout): Rollout {
  const failure = failureOf(back);
  if (failure?.code !== 'RolloutAlreadyActive') return back;
  const message = `${failure.message} It has begun since rollout ${id}: take that one back.`;
  throw new AppError('InvalidPhase', message, { target: id });
}

function failureOf(rollout: Rollout) {
  if (rollout.phase === 'failed') return rollout.failure;
  return rollout.phase === 'stopping' && rollout.ending.phase === 'failed'
    ? rollout.ending.failure
    : undefined;
}

function ofChannel(movement: string, { link: { imageSet, channel } }: Rollout, target: string): AppError {
  const call = `POST /image-sets/${imageSet}/channels/${channel}/rollback {"reason":"…"}`;
  const message = `Movement ${movement} would bring the pool there again: roll the channel back: ${call}`;
  return new AppError('InvalidPhase', message, { target });
}

/**
 * What the scale set named before, or most hosts ran; undefined as long as nothing is changed. A model is named before
 * the first host; machines that stand alone have none, and are as they were until there is a first look at them.
 */
function formerOf({ facts }: Rollout): string | undefined {
  return facts.way === 'stand-alone' && !facts.sessionsBefore ? undefined : facts.modelBefore;
}

function nothingToTakeBack(id: string, rollout: Rollout): AppError {
  const { number } = rollout.version;
  const instead = canBeAborted(rollout) ? `; abort it: POST /rollouts/${id}/abort {"reason":"…"}` : '';
  const isFormer = rollout.phase === 'succeeded' || rollout.facts.hosts !== undefined;
  const why = isFormer
    ? `${ofPool(rollout, 'The scale set', 'named', 'All hosts', 'ran')} version ${number} before rollout ${id} began`
    : `Rollout ${id} has not changed what ${ofPool(rollout, 'the scale set', 'names', 'the hosts', 'run')}`;
  return new AppError('NoRollbackTarget', `${why}${instead}.`, { target: id });
}

/** What a scale set names, machines that stand alone run. */
function ofPool(
  { link, pool }: Rollout,
  ...[set, names, hosts, run]: readonly [set: string, names: string, hosts: string, run: string]
): string {
  return link.scaleSet ? `${set} of host pool ${pool} ${names}` : `${hosts} of host pool ${pool} ${run}`;
}

/** The version that the scale set named before, or most hosts ran, by its exact id; or why nothing can be brought to it. */
async function targetOf(
  { pool, link: former, version }: Rollout,
  modelBefore: string,
  link: PoolLink,
  parts: Parts,
): Promise<Rollout['version'] | string> {
  if (!isSameFleet(former, link) || former.imageSet !== link.imageSet)
    return `Host pool ${pool} names other hosts or another image set by now.`;
  const was = link.scaleSet ? 'The scale set named' : 'Most hosts ran';
  const number = /\/versions\/([^/]+)$/i.exec(modelBefore)?.[1];
  if (number === undefined)
    return `${was} ${modelBefore || 'no image of a gallery'} before: no version of a gallery.`;
  if (isSameId(version.imageVersionId, modelBefore)) return `${was} version ${number} before it as well.`;
  const found = await thereIs(link, number, parts);
  if (typeof found === 'string' || isSameId(found.imageVersionId, modelBefore)) return found;
  return `${was} ${modelBefore} before, and version ${number} is ${found.imageVersionId}.`;
}

/**
 * Machines that stand alone go back each to the version that it came from, as far as it is there and anybody may use
 * it; the others go where most go, as do those that were on the version before the rollout began. With surge others
 * take the place of those that were brought, all of one version. What is in a scale set goes where its model goes.
 */
async function ownVersionsOf(
  { facts, version }: Rollout,
  back: Rollout['version'],
  link: PoolLink,
  parts: Parts,
): Promise<Pick<Back, 'ownVersions'>> {
  if (facts.way !== 'stand-alone') return {};
  const own: OwnVersion[] = [];
  for (const [image, found] of foundByImage(facts)) {
    const number = /\/versions\/([^/]+)$/i.exec(image)?.[1];
    const instances = found.filter((instanceId) => !isGivenUp(facts.hosts?.[instanceId], link.policy));
    const isWhereMostGo = [back, version].some(({ imageVersionId }) => isSameId(imageVersionId, image));
    if (number === undefined || instances.length === 0 || isWhereMostGo) continue;
    const there = await thereIs(link, number, parts);
    if (typeof there === 'string' || !isSameId(there.imageVersionId, image)) continue;
    if (await isCompleteIn(parts.gallery, there, link)) own.push({ ...there, instances });
  }
  return own.length > 0 ? { ownVersions: own } : {};
}

/** Another has its place or is to have it, and nobody of its name goes back. */
function isGivenUp(record: HostRecord | undefined, { surge }: Policy): boolean {
  const { task, outcome } = record ?? {};
  if (task === 'retire' && outcome === 'done') return true;
  return surge !== undefined && (outcome === 'done' || outcome === 'quarantined');
}

/** Where Azure does not answer now it counts as there: nobody is kept from going back, and `prepare` asks again. */
async function isCompleteIn(
  gallery: Gallery,
  { imageVersionId }: Rollout['version'],
  { location }: PoolLink,
): Promise<boolean> {
  try {
    const regions = await gallery.completedRegions(imageVersionId);
    return regions?.some((region) => isSameRegion(region, location)) === true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return true;
  }
}

const isSameId = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The version as the pool's machines find it; or why nobody may begin to use it. */
async function thereIs(
  link: PoolLink,
  number: string,
  { versionOf, refusal, imageVersionAt }: Parts,
): Promise<Rollout['version'] | string> {
  const known = await versionOf(link.imageSet, number);
  if (!known) return `Image set ${link.imageSet} has no version ${number}, which its machines came from.`;
  const why = await refusal(link.imageSet, number);
  if (why) return why.message;
  if (known.imageVersionId === undefined) return `Version ${number} is not in the gallery any more.`;
  const home = { number, imageVersionId: known.imageVersionId };
  const found = await imageVersionFor(link, home, imageVersionAt);
  return 'imageVersionId' in found ? { number, ...found } : (whyNotThere(found)?.message ?? '');
}
