import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Asked, pageIn } from '../workflow/page.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { mayPut, mayRemove, type Precondition } from '../precondition.ts';
import {
  calendarId,
  type Freeze,
  type FreezeEngine,
  type FreezeEvent,
  type FreezeScope,
  freezeLife,
  statusOf,
} from './freezes.ts';
import type { Pool, PoolEvent } from './pool.ts';
import type { PutFreeze } from './request-bodies.ts';
import { somebody } from './somebody.ts';
import type { RolloutEngine } from './rollout-engine.ts';

interface Parts {
  readonly calendar: FreezeEngine;
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rollouts: RolloutEngine;
  /** Handed in from the images. */
  readonly isImageSet: (name: string) => Promise<boolean>;
  readonly now: () => Instant;
}

type FreezeStatus = ReturnType<typeof statusOf>;

/** So many fit into one row with room to spare. */
const mostFreezes = 200;

/** What people may ask of freezes. */
export function freezeRequests({ calendar, poolStore, rollouts, isImageSet, now }: Parts) {
  const all = async () => (await calendar.load(calendarId))?.freezes ?? {};

  const isThere = async (scope: Exclude<FreezeScope, { kind: 'all' }>): Promise<boolean> => {
    if (scope.kind === 'image-set') return await isImageSet(scope.name);
    const pool = await poolStore.load(scope.name);
    return pool !== undefined && !pool.state.removed;
  };
  /** A name that is mistyped in an emergency would freeze nothing. */
  const refuseUnknown = async (scope: FreezeScope): Promise<void> => {
    if (scope.kind === 'all' || (await isThere(scope))) return;
    const message = `There is no ${scope.kind === 'image-set' ? 'image set' : 'host pool'} ${scope.name}.`;
    throw new AppError('NotFound', message, { target: 'scope.name' });
  };

  /** What a look has read of the freezes before this is old news, so that nothing starts under what was. */
  const tellRollouts = async (by: string) => {
    for (const { saved } of await poolStore.loadAll('')) {
      const { activeRollout } = saved.state;
      if (activeRollout === undefined || !(await rollouts.load(activeRollout))) continue;
      await rollouts.record(activeRollout, () => ({ type: 'freezes-changed', by, at: now() }));
    }
  };

  return {
    /** Once this has answered, nothing new starts in the scope while the freeze lasts. */
    async put(
      id: string,
      { from, until, by: asker, ...body }: z.infer<typeof PutFreeze>,
      onlyIf?: Precondition,
    ) {
      const at = now();
      const by = somebody(asker);
      if (until <= (from ?? at) || until <= at) {
        throw new AppError('ValidationFailed', 'A freeze ends after it begins, and in the future.', {
          target: 'until',
        });
      }
      await refuseUnknown(body.scope);
      let created = false;
      const { state } = await calendar.record(calendarId, (known) => {
        const freezes = known?.freezes ?? {};
        created = !(id in freezes);
        const open = Object.values(freezes).filter((freeze) => freeze.until > at);
        if (created && open.length >= mostFreezes)
          throw new AppError('ValidationFailed', `There are ${open.length} freezes already.`, { target: id });
        // Sent again without a beginning it goes on from when it began.
        const freeze: Freeze = { ...body, from: from ?? freezes[id]?.from ?? at, until, by, at };
        const event: FreezeEvent = { type: 'frozen', id, freeze, at };
        mayPut(`Freeze ${id}`, freezes[id], onlyIf, freezeLife.evolve(known, event) === known);
        return event;
      });
      await tellRollouts(by);
      const freeze = state.freezes[id];
      if (!freeze) throw new AppError('Conflict', `Freeze ${id} was lifted at the same moment.`);
      return { freeze, created };
    },

    async get(id: string): Promise<Freeze> {
      const freeze = (await all())[id];
      if (!freeze) throw new AppError('NotFound', `There is no freeze ${id}.`, { target: id });
      return freeze;
    },

    /** By when they begin. */
    async list(asked: Asked = {}, { status }: { readonly status?: FreezeStatus | undefined } = {}) {
      const known = Object.entries(await all())
        .map(([id, freeze]) => ({ id, freeze }))
        .filter(({ freeze }) => status === undefined || statusOf(freeze, now()) === status);
      return pageIn(known, ({ id, freeze }) => `${freeze.from} ${id}`, asked);
    },

    /** It is gone afterwards, whether it was there or not; what waited for its end goes on at once. */
    async lift(id: string, asker?: string, onlyIf?: Precondition): Promise<void> {
      const by = somebody(asker);
      await calendar.record(calendarId, (known) => {
        mayRemove(`Freeze ${id}`, known?.freezes[id], onlyIf);
        return { type: 'unfrozen', id, by, at: now() };
      });
      await tellRollouts(by);
    },
  };
}
