import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  type FreezeCalendar,
  type FreezeEvent,
  freezeLife,
  type FreezeScope,
  statusOf,
} from '../../shared/rollouts/freezes.ts';
import { FreezeId, PutFreeze } from '../../shared/rollouts/request-bodies.ts';
import { freezeView, rolloutView } from '../../shared/rollouts/view.ts';
import { newVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

const noon = '2026-01-05T12:00:00.000Z';
const later = (minutes: number) => minutesAfter(noon, minutes);
const everything: FreezeScope = { kind: 'all' };

async function refusal(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
    return 'no refusal';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('the calendar of freezes', () => {
  const frozen = (id: string, from: number, until: number, at = 0): FreezeEvent => {
    const span = { from: later(from), until: later(until) };
    const freeze = { scope: everything, reason: 'r', by: 'ann', at: later(at), ...span };
    return { type: 'frozen', id, freeze, at: later(at) };
  };
  const unfrozen = (id: string): FreezeEvent => ({ type: 'unfrozen', id, by: 'ann', at: noon });
  const year = 365 * 24 * 60;
  const stories: [title: string, ids: string[], story: FreezeEvent[]][] = [
    ['keeps a freeze', ['a'], [frozen('a', 0, 10)]],
    ['keeps several, that may overlap', ['a', 'b'], [frozen('a', 0, 10), frozen('b', 5, 20)]],
    ['lets go of one that is lifted', ['b'], [frozen('a', 0, 10), frozen('b', 5, 20), unfrozen('a')]],
    ['is what it was when nothing was there to lift', ['a'], [frozen('a', 0, 10), unfrozen('b')]],
    ['forgets in time what is long over', ['b'], [frozen('a', 0, 10), frozen('b', year, year + 1, year)]],
  ];
  it.each(stories)('%s', (_, ids, story) => {
    const calendar = story.reduce<FreezeCalendar | undefined>(
      (known, event) => freezeLife.evolve(known, event),
      undefined,
    );
    expect(Object.keys(calendar?.freezes ?? {})).toEqual(ids);
  });

  it('is the very same when a freeze is said again', () => {
    const calendar = freezeLife.evolve(undefined, frozen('a', 0, 10));
    expect(freezeLife.evolve(calendar, frozen('a', 0, 10, 5))).toBe(calendar);
    expect(freezeLife.evolve(calendar, frozen('a', 0, 11, 5))).not.toBe(calendar);
  });

  it('knows when a freeze is on', () => {
    const freeze = { scope: everything, reason: 'r', by: 'ann', at: noon, from: later(10), until: later(20) };
    expect([0, 9, 10, 19, 20].map((minutes) => statusOf(freeze, later(minutes)))).toEqual([
      'planned',
      'planned',
      'active',
      'active',
      'over',
    ]);
    expect(freezeView('a', freeze, noon)).toMatchObject({ id: 'a', status: 'planned', by: 'ann' });
  });
});

describe('what may be asked of freezes', () => {
  it.each([
    ['no scope', { reason: 'r', until: noon }],
    ['a scope of nothing', { scope: { kind: 'image-set' }, reason: 'r', until: noon }],
    ['a scope nobody knows', { scope: { kind: 'region', name: 'x' }, reason: 'r', until: noon }],
    ['no reason', { scope: everything, reason: ' ', until: noon }],
    ['no end', { scope: everything, reason: 'r' }],
    ['an end without a time zone', { scope: everything, reason: 'r', until: '2026-01-05T12:00' }],
  ])('is refused with %s', (_, body) => {
    expect(PutFreeze.safeParse(body).success).toBe(false);
  });

  it('names are names', () => {
    expect(['year-end', '2026', 'Year', '-a', ''].map((id) => FreezeId.safeParse(id).success)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('says what there is, and of what is not there that it is not', async () => {
    const { freezeAsks } = await poolOf();
    const until = later(600);
    const first = await freezeAsks.put('b', { scope: everything, reason: 'r', until, by: 'ann' });
    expect(first).toMatchObject({ created: true, freeze: { from: noon, by: 'ann' } });
    const again = await freezeAsks.put('b', { scope: everything, reason: 'more', until });
    expect(again).toMatchObject({ created: false, freeze: { from: noon, reason: 'more' } });
    await freezeAsks.put('a', { scope: everything, reason: 'r', from: later(60), until });
    expect((await freezeAsks.list()).value.map(({ id }) => id)).toEqual(['b', 'a']);
    await freezeAsks.lift('b');
    await freezeAsks.lift('b');
    expect(await refusal(freezeAsks.get('b'))).toMatch(/^NotFound/);
    expect(await freezeAsks.get('a')).toMatchObject({ from: later(60) });
    const ended = { scope: everything, reason: 'r', until: later(-1) };
    expect(await refusal(freezeAsks.put('c', ended))).toMatch(/^ValidationFailed/);
    const backwards = { ...ended, from: later(20), until: later(10) };
    expect(await refusal(freezeAsks.put('c', backwards))).toMatch(/^ValidationFailed/);
  });

  it('is refused of what there is not, which it would not freeze', async () => {
    const { freezeAsks } = await poolOf();
    for (const [scope, said] of [
      [{ kind: 'host-pool', name: 'poool' }, 'There is no host pool poool.'],
      [{ kind: 'image-set', name: 'linux' }, 'There is no image set linux.'],
    ] as const) {
      const asked = freezeAsks.put('f', { scope, reason: 'r', until: later(10) });
      await expect(asked).rejects.toMatchObject({ code: 'NotFound', message: said, target: 'scope.name' });
    }
    expect((await freezeAsks.list()).value).toEqual([]);
  });

  it('has an end: so many freezes and no more', async () => {
    const { freezeAsks } = await poolOf();
    const freeze = { scope: everything, reason: 'r', until: later(10) };
    for (let number = 0; number < 200; number += 1) await freezeAsks.put(`f-${number}`, freeze);
    expect(await refusal(freezeAsks.put('more', freeze))).toMatch(/^ValidationFailed: There are 200/);
    expect(await refusal(freezeAsks.put('f-7', freeze))).toBe('no refusal');
  });
});

describe('a host pool in a freeze', () => {
  const scopes: [scope: FreezeScope, isOver: boolean][] = [
    [{ kind: 'all' }, true],
    [{ kind: 'image-set', name: 'win11' }, true],
    [{ kind: 'image-set', name: 'win10' }, false],
    [{ kind: 'host-pool', name: 'pool' }, true],
    [{ kind: 'host-pool', name: 'pool-2' }, false],
  ];
  it.each(scopes)('R8: no rollout is started on it, if it is in the scope %j: %s', async (scope, isOver) => {
    const { asks, freezeAsks } = await poolOf();
    const elsewhere = { hostPool: 'two', scaleSet: { resourceGroup: 'g', name: 'two' } };
    await asks.definePool('pool-2', { ...body, ...elsewhere });
    await freezeAsks.put('f', { scope, reason: 'year end', until: later(600), by: 'ann' });
    const why = `Frozen: Host pool pool is frozen by ann until ${later(600)}: year end.`;
    expect(await refusal(asks.startRollout('pool', start, 'r'))).toBe(isOver ? why : 'no refusal');
  });

  it('R8: what is under way ends, nothing new starts, and it goes on by itself in the end', async () => {
    const { asks, freezeAsks, world, end } = await poolOf(3);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).some(({ goAt }) => goAt), { days: 1 });
    await freezeAsks.put('a', { scope: everything, reason: 'a fair', until: later(600), by: 'ann' });
    await freezeAsks.put('b', { scope: everything, reason: 'a game', until: later(900), by: 'ben' });
    await world.passUntil(() => false, { days: 0.3 });
    expect((await asks.hostsOf(id)).map(({ outcome }) => outcome)).toEqual(['done']);
    const rollout = await asks.rollout(id);
    expect(rolloutView(id, rollout)).toMatchObject({
      waitingFor: `frozen by ann until ${later(600)}: a fair; frozen by ben until ${later(900)}: a game`,
    });
    expect(rollout.facts.waits?.because).toMatchObject([
      { code: 'Frozen', until: later(900), detail: { by: 'ben', reason: 'a game' } },
    ]);
    const [over] = await end();
    expect(over?.phase).toBe('succeeded');
    const [, ...others] = await asks.hostsOf(id);
    expect(others.every(({ admittedAt }) => admittedAt >= later(900) && admittedAt < later(1000))).toBe(true);
  });

  it('R8: keeps its model as it is, and goes on as soon as the freeze is lifted', async () => {
    const { asks, azure, freezeAsks, world, end } = await poolOf(1);
    const { id } = await asks.startRollout('pool', start, 'r');
    await freezeAsks.put('a', { scope: everything, reason: 'a fair', until: later(60_000) });
    // Far longer than the stage may take: a freeze takes nothing from its time.
    await world.passUntil(() => false, { days: 30 });
    expect(azure.model).not.toBe(newVersion);
    await freezeAsks.lift('a');
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 0, { days: 1 / 480 });
    expect(await asks.hostsOf(id)).toHaveLength(1);
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  });
});
