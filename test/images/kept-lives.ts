import { AppError } from '../../shared/errors.ts';
import { refusalOf } from '../../shared/images/standing.ts';
import type { Use } from '../../shared/images/use.ts';
import type { VersionNumber } from '../../shared/images/version-number.ts';
import { type Ills, World } from '../support/world.ts';
import { days, keptWorld, put, set } from './kept-world.ts';
import { deprecated } from './versions.ts';

/** A rollout to a version: when somebody begins it, and for how long it is under way. */
export interface Begun {
  readonly number: VersionNumber;
  readonly minute: number;
  readonly minutes: number;
}

export const numbers = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'] as const satisfies readonly VersionNumber[];
const policy = {
  keepLast: 1,
  keepDays: 1,
  endOfLifeNoticeDays: 1,
  deleteDeprecatedAfterDays: 1,
  enabled: true,
};

export interface Without {
  /** Whether rollouts ask the version whether they may begin. */
  readonly asking?: boolean;
}

/** Where the end of life of the newest is moved to, should somebody move it. */
export const movedTo = days(30);

/**
 * Three days of a set whose versions are old, with rollouts that begin whenever they like: each writes its row, then
 * asks whether it may, and only then makes hosts of the version.
 */
export async function liveAShelf(
  ills: Ills,
  { rollouts, moveAtMinute }: { readonly rollouts: readonly Begun[]; readonly moveAtMinute?: number },
  without: Without = {},
) {
  const world = new World(ills, { sweeping: true });
  const { now } = world;
  let isIll = false;
  /** Ill only once all is in its place. */
  const switched = <Port extends object>(well: Port, ill: Port): Port =>
    Object.fromEntries(
      Object.entries(well).map(([name, method]) => [
        name,
        async (...given: unknown[]) =>
          await ((isIll ? ill[name as keyof Port] : method) as (...given: unknown[]) => unknown)(...given),
      ]),
    ) as Port;

  /** What holds a version in the rollouts' own table, and what really makes hosts of it. */
  const rows = new Map<number, string>();
  const making = new Map<number, string>();
  const room = {
    usedBy: async ({ number }: { readonly number: string }): Promise<readonly Use[]> =>
      [...rows]
        .filter(([, used]) => used === number)
        .map(([id]) => ({ kind: 'rollout', name: String(id), message: `rollout ${id} is under way` })),
  };
  const wakes: { send?: (id: string, at: string) => Promise<void> } = {};
  const asks = switched(room, world.port(room, {}));
  const kept = keptWorld({
    now,
    rows: (raw) => switched(raw, world.rows(raw)),
    port: (well) =>
      switched(well, world.port(well, { removeVersion: 60, changeVersion: 60, moveEndOfLife: 60 } as never)),
    rooms: [asks.usedBy],
    wake: async (id, at) => await wakes.send?.(id, at),
  });
  const { versions, keep, shelf } = kept;

  await kept.define({ retention: policy });
  await put(kept, '1.0.0', { at: days(-60), since: [deprecated] });
  await put(kept, '1.1.0', { at: days(-60), since: [deprecated] });
  await put(kept, '1.2.0', { at: days(-40), plan: { endOfLifeDays: 42 }, endOfLifeDate: days(2) });
  await put(kept, '1.3.0', { at: days(-40), plan: { endOfLifeDays: 42 }, endOfLifeDate: days(2) });
  isIll = true;
  wakes.send = world.queue(
    async (id) => await versions.advance(id),
    async () => {
      await versions.sweep();
      await keep.sweep();
    },
  );

  for (const [id, { number, minute, minutes }] of rollouts.entries()) {
    world.start(async () => {
      if (making.has(id)) return;
      rows.set(id, number);
      const version = await versions.load(`${set}.${number}`);
      const why = without.asking === false ? undefined : version && refusalOf(version);
      if (why) {
        rows.delete(id);
        return;
      }
      making.set(id, number);
      world.after(minutes * 60, () => {
        making.delete(id);
        rows.delete(id);
      });
    }, minute * 60);
  }
  /** Whoever hears that Azure does not answer now asks again. */
  const move = async (): Promise<void> => {
    try {
      await keep.patch(set, '1.3.0', { endOfLifeDate: movedTo });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      world.start(move, 60);
    }
  };
  if (moveAtMinute !== undefined) world.start(move, moveAtMinute * 60);
  const hours = 3;
  for (let hour = 1; hour < 72; hour += hours) {
    world.start(async () => await keep.runRetentionOfAll(), hour * 3600);
  }

  /** Versions that were gone while something made hosts of them. */
  const lost = new Set<string>();
  world.onEvent = () => {
    const there = shelf.numbers();
    for (const number of making.values()) if (!there.includes(number)) lost.add(number);
  };
  await world.passUntil(() => false, { days: 5 });
  isIll = false;
  const phases = Object.fromEntries((await kept.all()).map(({ number, phase }) => [number, phase]));
  const end = await kept.ends.load(`${set}.1.3.0`);
  return { ...kept, lost: [...lost], phases, end };
}
