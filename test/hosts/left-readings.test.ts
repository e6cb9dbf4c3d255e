import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { leftReadings } from '../../shared/hosts/left-readings.ts';
import { SharedReading } from '../../shared/hosts/shared-reading.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';

const noon = '2026-01-05T12:00:00.000Z';
const key = 's/g/set';

/** Instances of the app over one table, and the lists that they ask Azure for. */
function instances(rows: Rows = memoryRows()) {
  const clock: { at: Instant } = { at: noon };
  const now = () => clock.at;
  const pass = (seconds: number) => {
    clock.at = secondsAfter(clock.at, seconds);
  };
  const asked: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const pauses: (() => void)[] = [];
  const pause = async () => await new Promise<void>((resolve) => pauses.push(resolve));
  const another = () => {
    const shelf = leftReadings<string>('machines', { rows, now, pause });
    const shared = new SharedReading<string>({ now, join: async (given) => await given, shelf });
    const take = async () => await new Promise<string>((resolve, reject) => asked.push({ resolve, reject }));
    return async (after: Instant = '', seconds = 5) => await shared.read(key, { after, seconds }, take);
  };
  const settled = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return { another, asked, pauses, pass, settled, rows };
}

describe('readings that instances leave to one another', () => {
  it('are one request for all instances that look in the same tick', async () => {
    const { another, asked, pass, settled } = instances();
    const [one, two] = [another(), another()];
    const first = one();
    await settled();
    asked[0]?.resolve('machines');
    expect(await first).toBe('machines');
    pass(2);
    expect(await two()).toBe('machines');
    expect(asked).toHaveLength(1);
  });

  it('are waited for by who comes while another instance asks', async () => {
    const { another, asked, pauses, settled } = instances();
    const [one, two] = [another(), another()];
    const [first, second] = [one(), two()];
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]?.resolve('machines');
    await settled();
    pauses[0]?.();
    expect([await first, await second]).toEqual(['machines', 'machines']);
    expect(asked).toHaveLength(1);
  });

  it('are taken by the next where whoever asked died of it, or was refused', async () => {
    const { another, asked, pauses, pass, settled } = instances();
    const [one, two, three] = [another(), another(), another()];
    void one();
    await settled();
    const second = two();
    await settled();
    pass(6);
    pauses[0]?.();
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.reject(new AppError('Throttled', 'later', { retryAfterSeconds: 6 }));
    await expect(second).rejects.toMatchObject({ code: 'Throttled' });
    void three();
    await settled();
    expect(asked).toHaveLength(3);
  });

  it('R4, R5: are not taken for the world after an effect if they were begun before it', async () => {
    const { another, asked, pass, settled } = instances();
    const [one, two] = [another(), another()];
    const first = one();
    await settled();
    pass(1);
    asked[0]?.resolve('before');
    await first;
    const drainedAt = secondsAfter(noon, 1);
    const second = two(drainedAt);
    await settled();
    asked[1]?.resolve('after');
    expect(await second).toBe('after');
    // Refused, an older one will do, but none from before the effect.
    pass(20);
    const third = one(drainedAt);
    await settled();
    asked[2]?.reject(new AppError('Throttled', 'later'));
    expect(await third).toBe('after');
    const fourth = one(secondsAfter(noon, 10));
    await settled();
    asked[3]?.reject(new AppError('Throttled', 'later'));
    await expect(fourth).rejects.toMatchObject({ code: 'Throttled' });
  });

  it('are each instance’s own where the table is down', async () => {
    const down: Rows = new Proxy(memoryRows(), {
      get: () => async () => {
        throw new AppError('AzureUnavailable', 'no table');
      },
    });
    const { another, asked, settled } = instances(down);
    const [one, two] = [another()(), another()()];
    await settled();
    for (const { resolve } of asked) resolve('machines');
    expect(await Promise.all([one, two])).toEqual(['machines', 'machines']);
    expect(asked).toHaveLength(2);
  });

  it('hold a thousand machines in one row', async () => {
    const rows = memoryRows();
    const shelf = leftReadings<unknown>('machines', { rows, now: () => noon });
    const machine = (number: number) => ({
      id: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/${number}`,
      osDiskId: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/set_set_${number}_OsDisk_1_${Math.sin(number)}`,
      imageVersionId:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions/1.1.0',
      tags: { team: 'desktops', exclude: `goldsmith:${number}` },
    });
    const value = Array.from({ length: 1000 }, (_, number) => machine(number));
    await shelf.leave(key, { begunAt: noon, value });
    expect(await shelf.find(key, () => true)).toEqual({ begunAt: noon, value });
  });
});

it('what does not unpack keeps nobody from Azure, whether it was there or came while another was waited for', async () => {
  const bad = {
    row: 'machines',
    json: JSON.stringify({ begunAt: noon, packed: 'nonsense' }),
    etag: 'any',
  } as const;
  for (const isThere of [true, false]) {
    const rows = memoryRows();
    await rows.write('k', [{ row: 'machines-asked', json: JSON.stringify({ askedAt: noon }) }]);
    if (isThere) await rows.write('k', [bad]);
    const shelf = leftReadings<string>('machines', {
      rows,
      now: () => noon,
      pause: async () => await rows.write('k', [bad]),
    });
    const shared = new SharedReading<string>({ now: () => noon, join: async (one) => await one, shelf });
    expect(await shared.read('k', { after: '', seconds: 5 }, async () => 'own')).toBe('own');
  }
});
