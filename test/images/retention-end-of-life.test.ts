import { beforeEach, describe, expect, it } from 'vitest';
import { PatchVersion } from '../../shared/images/request-bodies.ts';
import type { Use } from '../../shared/images/use.ts';
import type { Instant } from '../../shared/instant.ts';
import { days, keptWorld, type KeptWorld, put, set } from './kept-world.ts';
import { noon } from './versions.ts';

const policy = {
  keepLast: 2,
  keepDays: 30,
  endOfLifeNoticeDays: 14,
  deleteDeprecatedAfterDays: 7,
  enabled: false,
};

describe('V6: the end of life', () => {
  let now: Instant;
  let world: KeptWorld;
  let uses: Map<string, Use[]>;
  const pool: Use = { kind: 'host-pool', name: 'hp-1', message: 'host pool hp-1 makes its hosts from it' };
  const phaseOf = async (number: string) => (await world.versionOf(number)).phase;

  const inADay = async () => {
    now = days(1, now);
    await world.keep.runRetentionOfAll();
  };
  beforeEach(async () => {
    now = noon;
    uses = new Map();
    world = keptWorld({ now: () => now, rooms: [async ({ number }) => uses.get(number) ?? []] });
    await world.define({ retention: policy });
    for (const number of ['1.0.0', '1.1.0', '1.2.0'] as const) await put(world, number);
    now = days(40);
    await put(world, '2.0.0', { at: now, plan: { endOfLifeDays: 60 }, endOfLifeDate: days(60, now) });
  });

  it('is told once, so many days before, and then ends its use', async () => {
    const end = days(60, now);
    for (let day = 0; day < 46; day += 1) {
      expect(world.told.size).toBe(0);
      await inADay();
    }
    expect([...world.told.values()]).toMatchObject([
      { kind: 'end-of-life', number: '2.0.0', endOfLifeDate: end, over: end },
    ]);
    uses.set('2.0.0', [pool]);
    for (let day = 0; day < 13; day += 1) {
      await inADay();
      expect(await phaseOf('2.0.0')).toBe('available');
    }
    await inADay();
    expect(await world.versionOf('2.0.0')).toMatchObject({ phase: 'deprecated', by: 'retention' });
    expect(world.told.size).toBe(1);
    const types = (await world.keep.history(set, '2.0.0')).value.map(({ event }) => event.type);
    expect(types.slice(-3)).toEqual(['end-of-life-found', 'end-of-life-noticed', 'deprecated']);
  });

  it('that was missed is told first, and gives people the whole of their notice', async () => {
    now = days(70, now);
    await world.keep.runRetentionOfAll();
    expect(world.told.size).toBe(1);
    expect(await phaseOf('2.0.0')).toBe('available');
    now = days(13, now);
    await world.keep.runRetentionOfAll();
    expect(await phaseOf('2.0.0')).toBe('available');
    await inADay();
    expect(await phaseOf('2.0.0')).toBe('deprecated');
  });

  it('can be moved away, which gives the version back and has its own notice', async () => {
    now = days(50, now);
    await inADay();
    now = days(20, now);
    await world.keep.runRetentionOfAll();
    expect(await phaseOf('2.0.0')).toBe('deprecated');
    const endOfLifeDate = days(20, now);
    const patched = await world.keep.patch(set, '2.0.0', PatchVersion.parse({ endOfLifeDate, by: 'ben' }));
    expect(patched).toMatchObject({
      status: 'available',
      endOfLife: { date: endOfLifeDate, by: 'ben', inAzure: 'on its way' },
    });
    now = days(6, now);
    await world.keep.runRetentionOfAll();
    expect(world.told.size).toBe(2);
  });

  it('gives the version back, though whoever moved it died before it did', async () => {
    now = days(50, now);
    await inADay();
    now = days(20, now);
    await world.keep.runRetentionOfAll();
    expect(await phaseOf('2.0.0')).toBe('deprecated');
    const { ref } = (await world.ends.load('win11.2.0.0')) ?? {};
    if (!ref) throw new Error('its end of life is known');
    const moved = { type: 'end-of-life-moved', ref, date: days(60, now), by: 'ben', at: now } as const;
    await world.ends.record('win11.2.0.0', moved);
    await inADay();
    expect(await phaseOf('2.0.0')).toBe('available');
  });

  it('gives nothing back that was deprecated for another reason', async () => {
    await world.keep.runRetention(set, {});
    expect(await phaseOf('1.0.0')).toBe('deprecated');
    await world.keep.patch(set, '1.0.0', { endOfLifeDate: days(90, now) });
    expect(await phaseOf('1.0.0')).toBe('deprecated');
  });
});
