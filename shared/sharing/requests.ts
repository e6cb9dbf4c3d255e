import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { mayPut, mayRemove, type Precondition } from '../precondition.ts';
import type { Asked } from '../workflow/page.ts';
import type { Kept } from '../workflow/store.ts';
import type { Copy } from './copy.ts';
import { copiesAt, usesIn } from './remove.ts';
import { type Place, type PlaceEvent, placeLife, type PlacePlan } from './place.ts';
import { type PortParts, refusalOf } from './port.ts';
import { planOfPlace, refuseOtherPlace, type SetPlan } from './put-place.ts';
import type { PutPlace, RemovePlace, RetryCopy } from './request-bodies.ts';
import { copyId, type PoolAtPlace, placeId } from './stage.ts';
import { wantCopy } from './want.ts';

export interface RequestParts extends PortParts {
  /** Where the versions of a set are, if there is such a set. Handed in. */
  readonly planOf: (set: string) => Promise<SetPlan | undefined>;
}

const somebody = (by: string | undefined) => by ?? 'function key';

/** What people may ask of places and copies. A refusal is an `AppError`; the rest is the engine's work. */
export function sharingRequests(parts: RequestParts) {
  const { copies, copyStore, places, placeStore, versions, poolsAt, planOf, now } = parts;

  const setPlan = async (set: string): Promise<SetPlan> => {
    const plan = await planOf(set);
    if (!plan) throw new AppError('NotFound', `There is no image set ${set}.`, { target: set });
    return plan;
  };
  const noSuchPlace = (set: string, name: string) =>
    new AppError('NotFound', `Image set ${set} has no place ${name}.`, { target: name });
  const placeOf = async (set: string, name: string): Promise<Place> => {
    const place = await places.load(placeId(set, name));
    if (!place || place.phase === 'removed') throw noSuchPlace(set, name);
    return place;
  };
  const standingOf = async (set: string, number: string) => {
    const standing = await versions.standing(set, number);
    if (standing) return standing;
    throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
  };
  /** Who is there, and which versions they use: the associations. */
  const associated = async (place: Place) => {
    const at = await copiesAt(copyStore, place.set, place.name);
    const pools = await poolsAt(place.set, place.name);
    const uses = (pool: PoolAtPlace) =>
      at.flatMap(({ copy }) => (usesIn([pool], copy).length > 0 ? [copy.number] : []));
    return { place, copies: at, pools: pools.map((pool) => ({ name: pool.name, uses: uses(pool) })) };
  };
  const allOf = async (set: string): Promise<readonly Place[]> => {
    await setPlan(set);
    const all = await placeStore.loadAll(`${set}.`);
    return all.map(({ saved }) => saved.state).filter(({ phase }) => phase !== 'removed');
  };

  return {
    put: async (
      set: string,
      name: string,
      { by, ...asked }: z.infer<typeof PutPlace>,
      onlyIf?: Precondition,
    ) => {
      const plan = planOfPlace(set, asked, await setPlan(set));
      refuseOtherPlace(plan, name, await allOf(set));
      let created = false;
      const { state } = await places.record(placeId(set, name), (place) => {
        const event: PlaceEvent = { type: 'put', set, name, plan, by: somebody(by), at: now() };
        const there = place?.phase === 'removed' ? undefined : place;
        mayBePut(there, name, plan);
        mayPut(`Place ${name}`, there, onlyIf, placeLife.evolve(place, event) === place);
        created = there === undefined;
        return event;
      });
      return { place: state, created };
    },

    get: async (set: string, name: string) => await associated(await placeOf(set, name)),

    list: async (set: string, asked: Asked = {}, { how }: { how?: PlacePlan['how'] | undefined } = {}) => {
      await setPlan(set);
      const where = ({ saved: { state } }: Kept<Place>) =>
        state.phase !== 'removed' && (how === undefined || state.plan.how === how);
      const { value, ...more } = await placeStore.page({ ...asked, prefix: `${set}.`, where });
      return {
        ...more,
        value: await Promise.all(value.map(async ({ saved }) => await associated(saved.state))),
      };
    },

    placeHistory: async (set: string, name: string, asked: Asked = {}) => {
      await placeOf(set, name);
      return await placeStore.lines(placeId(set, name), asked);
    },

    /** The place goes with all that we made there, unless host pools there use any of it. */
    remove: async (
      set: string,
      name: string,
      { by }: z.infer<typeof RemovePlace> = {},
      onlyIf?: Precondition,
    ): Promise<Place> => {
      const { pools } = await associated(await placeOf(set, name));
      const users = pools.filter(({ uses }) => uses.length > 0);
      if (users.length > 0) {
        const details = users.map((pool) => ({
          code: 'ReferencedVersionCannotBeDeleted',
          message: `Host pool ${pool.name} uses ${pool.uses.join(', ')} at ${name}.`,
          target: pool.name,
        }));
        const message = `Place ${name} is in use by ${users.map((pool) => pool.name).join(', ')}.`;
        throw new AppError('ReferencedVersionCannotBeDeleted', message, { target: name, details });
      }
      const { state } = await places.record(placeId(set, name), (place) => {
        if (!place || place.phase === 'removed') throw noSuchPlace(set, name);
        mayRemove(`Place ${name}`, place, onlyIf);
        return { type: 'deleted', by: somebody(by), at: now() };
      });
      return state;
    },

    copies: async (
      set: string,
      number: string,
      asked: Asked = {},
      { state }: { state?: Copy['phase'] | undefined } = {},
    ) => {
      const { versionId } = await standingOf(set, number);
      const where = ({ saved }: Kept<Copy>) => state === undefined || saved.state.phase === state;
      const { value, ...more } = await copyStore.page({ ...asked, prefix: `${versionId}.`, where });
      const withPools = value.map(async ({ saved: { state: copy } }) => ({
        copy,
        pools: usesIn(await poolsAt(set, copy.place), copy).map((use) => use.name),
      }));
      return { ...more, value: await Promise.all(withPools) };
    },

    copyHistory: async (set: string, number: string, name: string, asked: Asked = {}) => {
      const { versionId } = await standingOf(set, number);
      const id = copyId(versionId, name);
      if (await copies.load(id)) return await copyStore.lines(id, asked);
      throw new AppError('NotFound', `Version ${number} has no copy at ${name}.`, { target: name });
    },

    /** Begins what failed anew, and what never was. */
    retry: async (set: string, number: string, name: string, { by }: z.infer<typeof RetryCopy>) => {
      const standing = await standingOf(set, number);
      const place = await placeOf(set, name);
      if (place.phase !== 'there') {
        throw new AppError('InvalidPhase', `Place ${name} is being deleted.`, { target: name });
      }
      const refusal = refusalOf(standing, number);
      if (refusal) throw new AppError(refusal.code, refusal.message, { target: number });
      const before = await copies.load(copyId(standing.versionId, name));
      if (before && before.phase !== 'failed' && before.phase !== 'removed') {
        const why = `The copy of ${number} at ${name} is ${before.phase}: there is nothing to retry.`;
        throw new AppError('InvalidPhase', why, { target: name });
      }
      return await wantCopy(parts, { place, number, standing, by: somebody(by), anew: true });
    },
  };
}

/** Asked of what the place is at the moment of saving. */
function mayBePut(there: Place | undefined, name: string, plan: PlacePlan): void {
  if (!there) return;
  if (there.phase !== 'there') {
    throw new AppError('InvalidPhase', `Place ${name} is being deleted.`, { target: name });
  }
  const fixed = fixedPartChanged(there.plan, plan);
  if (fixed === undefined) return;
  const why = `${fixed} of place ${name} is fixed: delete the place, or put another one.`;
  throw new AppError('ImmutableField', why, { target: fixed });
}

/** Regions may change, for the copies that follow; where it is, and how versions get there, may not. */
function fixedPartChanged(before: PlacePlan, after: PlacePlan): string | undefined {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  if (before.how === 'grant') {
    if (after.how !== 'grant') return 'how';
    return same(before, after) ? undefined : 'subscriptionId';
  }
  if (after.how !== 'copy') return 'how';
  if (before.gallery.subscriptionId !== after.gallery.subscriptionId) return 'subscriptionId';
  if (before.gallery.tenantId !== after.gallery.tenantId) return 'tenantId';
  if (before.gallery.definition !== after.gallery.definition) return 'definition';
  const isSame = same([before.gallery, before.location], [after.gallery, after.location]);
  return isSame ? undefined : 'gallery';
}
