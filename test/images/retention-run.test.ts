import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Use } from '../../shared/images/use.ts';
import type { Instant } from '../../shared/instant.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { days, keptWorld, type KeptWorld, put, set } from './kept-world.ts';
import { deprecated, done, fails, noon, revoked, taken, upTo } from './versions.ts';

const policy = {
  keepLast: 2,
  keepDays: 30,
  endOfLifeNoticeDays: 14,
  deleteDeprecatedAfterDays: 7,
  enabled: true,
};

describe('retention of a set', () => {
  let now: Instant;
  let world: KeptWorld;
  /** What holds a version, as the other rooms say; `onAsked` is what happens in between. */
  let uses: Map<string, Use[]>;
  let onAsked: (number: string) => void;
  const pool: Use = { kind: 'host-pool', name: 'hp-1', message: 'host pool hp-1 makes its hosts from it' };
  const rollout: Use = { kind: 'rollout', name: 'r-1', message: 'rollout r-1 is under way' };

  beforeEach(async () => {
    now = noon;
    uses = new Map();
    onAsked = () => {};
    const room = async ({ number }: { readonly number: string }) => {
      const found = [...(uses.get(number) ?? [])];
      onAsked(number);
      return found;
    };
    world = keptWorld({ now: () => now, rooms: [room] });
    await world.define({ retention: policy });
    for (const number of ['1.0.0', '1.1.0', '1.2.0'] as const) await put(world, number);
    now = days(40);
  });
  const phaseOf = async (number: string) => (await world.versionOf(number)).phase;
  const run = async () => await world.keep.runRetention(set, { by: 'ana' });
  const lineOf = ({ versions }: Awaited<ReturnType<typeof run>>, number: string) =>
    versions.find(({ version }) => version === number);
  /** Everything that a deletion takes, minute by minute. */
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      now = days(1 / (24 * 60), now);
      await world.lookAt('1.0.0');
    }
  };

  it('says what it would do, and does nothing', async () => {
    const plan = await world.keep.retention(set);
    expect(plan).toMatchObject({
      imageSet: set,
      isDryRun: true,
      summary: { keep: 2, deprecate: 1, notice: 0, delete: 0, blocked: 0 },
      versions: [
        { version: '1.2.0', action: 'keep' },
        { version: '1.1.0', action: 'keep' },
        { version: '1.0.0', action: 'deprecate' },
      ],
    });
    expect(await phaseOf('1.0.0')).toBe('available');
  });

  it('deprecates, and after its days deletes, what nobody holds', async () => {
    expect(lineOf(await run(), '1.0.0')).toMatchObject({ action: 'deprecate', outcome: 'done' });
    expect(await world.versionOf('1.0.0')).toMatchObject({ phase: 'deprecated', by: 'ana' });
    expect(lineOf(await run(), '1.0.0')).toMatchObject({ action: 'keep', until: days(47) });
    now = days(47);
    expect(lineOf(await run(), '1.0.0')).toMatchObject({ action: 'delete', outcome: 'done' });
    expect(await phaseOf('1.0.0')).toBe('deleting');
    await pass(30);
    expect(await phaseOf('1.0.0')).toBe('deleted');
    expect(world.shelf.numbers()).toEqual(['1.1.0', '1.2.0']);
    expect(lineOf(await world.keep.retention(set), '1.0.0')).toBeUndefined();
  });

  it('does by itself only what the set allows', async () => {
    await world.define({ retention: { ...policy, enabled: false } });
    await world.keep.runRetentionOfAll();
    expect(await phaseOf('1.0.0')).toBe('available');
    await world.define({ retention: policy });
    await world.keep.runRetentionOfAll();
    expect(await world.versionOf('1.0.0')).toMatchObject({ phase: 'deprecated', by: 'retention' });
  });

  it('V5: a host pool keeps a version whatever its age', async () => {
    uses.set('1.0.0', [pool]);
    expect(lineOf(await run(), '1.0.0')).toMatchObject({ action: 'keep', because: [pool.message] });
    expect(await phaseOf('1.0.0')).toBe('available');
  });

  it('V5: says who holds what would be deleted, and leaves it', async () => {
    await put(world, '0.9.0', { since: [deprecated] });
    uses.set('0.9.0', [
      { ...pool, kind: 'rollback-window', message: 'test may go back to it', until: days(60) },
    ]);
    const line = lineOf(await run(), '0.9.0');
    expect(line).toMatchObject({ action: 'blocked', until: days(60) });
    expect(await phaseOf('0.9.0')).toBe('deprecated');
  });

  describe('V5: a rollout that begins in between wins', () => {
    const isOld = async () => {
      await run();
      now = days(47);
    };

    it('before the deletion is asked for', async () => {
      await isOld();
      // The plan is made, and then somebody begins.
      onAsked = (number) => void (number === '1.2.0' || uses.set('1.0.0', [rollout]));
      expect(lineOf(await run(), '1.0.0')).toMatchObject({
        action: 'delete',
        outcome: 'left',
        why: `It is in use: ${rollout.message}`,
      });
      expect(await phaseOf('1.0.0')).toBe('deprecated');
    });

    it('after it was asked for, and before Azure is', async () => {
      await isOld();
      expect(lineOf(await run(), '1.0.0')).toMatchObject({ outcome: 'done' });
      uses.set('1.0.0', [rollout]);
      await pass(5);
      expect(await world.versionOf('1.0.0')).toMatchObject({
        phase: 'deprecated',
        facts: { deleteRefused: { code: 'ReferencedVersionCannotBeDeleted' } },
      });
      expect(world.shelf.numbers()).toContain('1.0.0');
    });

    it('between the intention to delete it and the deletion', async () => {
      await isOld();
      await run();
      let asked = 0;
      onAsked = () => {
        asked += 1;
        if (asked === 1) uses.set('1.0.0', [rollout]); // the look found nobody; the last question does
      };
      await pass(30);
      expect(asked).toBeGreaterThan(1);
      expect(await phaseOf('1.0.0')).toBe('deprecated');
      expect(world.shelf.numbers()).toContain('1.0.0');
    });

    it('while what is only old is deprecated: it is put back', async () => {
      let asked = 0;
      onAsked = (number) => {
        asked += number === '1.0.0' ? 1 : 0;
        // Once for the plan, once before it is written, and then somebody has begun.
        if (asked === 2) uses.set('1.0.0', [rollout]);
      };
      expect(lineOf(await run(), '1.0.0')).toMatchObject({ action: 'deprecate', outcome: 'left' });
      expect(await phaseOf('1.0.0')).toBe('available');
      const history = await world.keep.history(set, '1.0.0');
      expect(history.value.slice(-2).map(({ event }) => event.type)).toEqual(['deprecated', 'restored']);
    });

    it('or a channel that takes it: it is not deprecated at all', async () => {
      const { versions } = world;
      const plan = await world.keep.retention(set);
      expect(lineOf(plan, '1.0.0')).toMatchObject({ action: 'deprecate' });
      await versions.record(`${set}.1.0.0`, (version) => ({ ...taken('test')(version, 1), at: now }));
      expect(lineOf(await run(), '1.0.0')).toMatchObject({ outcome: 'left' });
      expect(await phaseOf('1.0.0')).toBe('available');
    });
  });

  it('deletes what was revoked and is used by nobody', async () => {
    // The recall is over, which is the stage that a revocation begins.
    await put(world, '0.9.0', { since: [revoked, done] });
    expect(lineOf(await run(), '0.9.0')).toMatchObject({ action: 'delete', outcome: 'done' });
    expect(await phaseOf('0.9.0')).toBe('deleting');
  });

  it('deletes what failed and is left in the gallery, after the days of the policy', async () => {
    await put(world, '1.3.0', { at: days(20), story: [...upTo('replicate'), fails, done] });
    expect(await phaseOf('1.3.0')).toBe('failed');
    expect(lineOf(await run(), '1.3.0')).toMatchObject({ action: 'keep' });
    now = days(51);
    expect(lineOf(await run(), '1.3.0')).toMatchObject({ action: 'delete', outcome: 'done' });
  });

  it('reads all versions once for the sets of a night', async () => {
    let whole = 0;
    const rows = (all: Rows): Rows => ({
      ...all,
      async acrossPartitions(row, range) {
        if (range.from === '') whole += 1;
        return await all.acrossPartitions(row, range);
      },
    });
    const many = keptWorld({ now: () => now, rooms: [], rows });
    for (const name of ['alpha', 'beta', 'gamma']) {
      await many.define({}, name);
      await put(many, '1.0.0', { set: name });
    }
    await many.keep.runRetentionOfAll();
    expect(whole, 'the sets, and their versions').toBe(2);
  });

  it('goes on with the other sets when one fails', async () => {
    await world.define({ retention: policy }, 'zeta');
    const endOfLife = { plan: { endOfLifeDays: 45 }, endOfLifeDate: days(45) };
    await put(world, '9.0.0', { set: 'zeta', ...endOfLife });
    onAsked = (number) => {
      if (number === '1.1.0') throw new Error('a defect');
    };
    await expect(world.keep.runRetentionOfAll()).rejects.toThrow('a defect');
    expect([...world.told.values()]).toMatchObject([{ set: 'zeta', number: '9.0.0' }]);
  });

  it('V5: does not take nobody knows for nobody', async () => {
    onAsked = () => {
      throw new AppError('AzureUnavailable', 'no answer');
    };
    const line = lineOf(await run(), '1.0.0');
    expect(line).toMatchObject({
      action: 'keep',
      because: ['who uses it could not be found out: no answer'],
    });
  });
});
