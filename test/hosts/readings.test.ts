import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { type AtHost, freshFor } from '../../shared/hosts/readings.ts';
import { SharedReading } from '../../shared/hosts/shared-reading.ts';
import { hostLife } from '../../shared/hosts/host.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { fleetIn, type Without } from '../support/fleet.ts';
import { evenTempered, newVersion } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';
import { planWith } from './one-host.ts';

const noon = '2026-01-05T12:00:00.000Z';

function reading() {
  const clock: { at: Instant } = { at: noon };
  const pending: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const shared = new SharedReading<string>({ now: () => clock.at, join: async (asked) => await asked });
  const take = async () =>
    await new Promise<string>((resolve, reject) => {
      pending.push({ resolve, reject });
    });
  return {
    pass: (seconds: number) => {
      clock.at = secondsAfter(clock.at, seconds);
    },
    read: async (after: Instant, seconds = 5) => await shared.read('pool', { after, seconds }, take),
    take: async () => await shared.take('pool', take),
    pending,
  };
}

describe('a shared reading', () => {
  it('is one request for all who come while it is under way, and for those who come soon after', async () => {
    const { read, pending, pass } = reading();
    const early = [read(''), read(''), read('')];
    expect(pending).toHaveLength(1);
    pass(1);
    pending[0]?.resolve('one');
    expect(await Promise.all(early)).toEqual(['one', 'one', 'one']);
    pass(4);
    expect(await read('')).toBe('one');
    pass(1);
    void read('');
    expect(pending).toHaveLength(2);
  });

  it('R4, R5: is not handed to who wants one begun after an effect, though its answer came after that', async () => {
    const { read, pending, pass } = reading();
    const before = read('');
    pass(1);
    const drainedAt = secondsAfter(noon, 1);
    const after = read(drainedAt);
    expect(pending).toHaveLength(2);
    pending[1]?.resolve('drained');
    expect(await after).toBe('drained');
    // The older answer comes last and replaces nothing.
    pending[0]?.resolve('open');
    expect(await before).toBe('open');
    expect(await read(drainedAt)).toBe('drained');
    expect(await read('')).toBe('drained');
  });

  it('fails for all who wait for it, and is asked for anew by the next', async () => {
    const { read, pending } = reading();
    const waiting = [read(''), read('')];
    pending[0]?.reject(new AppError('Throttled', 'too many'));
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'Throttled' });
    const next = read('');
    pending[1]?.resolve('two');
    expect(await next).toBe('two');
  });

  it('is left to the others by who must have his own', async () => {
    const { read, take, pending } = reading();
    const rollout = take();
    pending[0]?.resolve('one');
    await rollout;
    expect(await read('')).toBe('one');
    void take();
    expect(pending).toHaveLength(2);
  });
});

describe('what is fresh enough for a host', () => {
  const admitted = hostLife.evolve(undefined, { type: 'admitted', plan: planWith(), at: noon });
  if (!admitted) throw new Error('not admitted');
  const look = (work: AtHost['work'], now: Instant) => ({ work, now });

  it('R10: is of the present tick, and begun since its work was: an earlier one may have put it back just now', () => {
    const { after, seconds } = freshFor(look(admitted, secondsAfter(noon, 3)));
    expect(after).toBe(noon);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(12);
  });

  it('is after that only what was begun since it was last heard of, by whatever clock', () => {
    const kept = hostLife.evolve(admitted, {
      type: 'stage-running',
      stage: 'exclude',
      look: 0,
      at: secondsAfter(noon, 7),
      lookAt: secondsAfter(noon, 7),
      facts: { prior: { allowNewSession: true } },
    });
    if (!kept) throw new Error('no host');
    expect(freshFor(look(kept, secondsAfter(noon, 8))).after).toBe(secondsAfter(noon, 9));
  });
});

describe('the proof of a reimage', () => {
  /** Of forty hosts that need two new disks, one for each intention: how they ended. */
  const endings = async (without: Without) => {
    const phases: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = new World({ ...well, seed });
      const fleet = fleetIn(world, without, (azure) => {
        azure.model = newVersion;
        azure.reimageSeconds = () => 40;
      });
      fleet.azure.add('0', { temper: { ...evenTempered, keepsImage: true } });
      world.start(async () => {
        await fleet.hostApi.ensureAdmitted('r.0', planWith({ minDrainMinutes: 0 }));
        await fleet.hostApi.go('r.0');
      });
      const phase = async () => (await fleet.seen.hosts.load('r.0'))?.state.phase ?? 'running';
      await world.passUntil(async () => (await phase()) !== 'running', { days: 1 });
      phases.push(await phase());
    }
    return new Set(phases);
  };

  it('R13: is never a disk that was seen before the reimage was intended, by whichever instance', async () => {
    expect(await endings({})).toEqual(new Set(['done']));
    // A list that another instance still has shows a disk of long ago, which is another one too.
    expect(await endings({ heardAt: true })).toContain('quarantined');
  });
});
