import { describe, expect, it } from 'vitest';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { rememberingFleets } from '../../shared/rollouts/fleet-memory.ts';

const noon = '2026-01-05T12:00:00.000Z';
const scaleSet = (name: string) => ({ subscriptionId: 's', resourceGroup: 'g', scaleSet: name });

/** Two scale sets that count how often each is read, and how long an answer takes. */
function counted(seconds = 0) {
  let now: Instant = noon;
  const reads: string[] = [];
  const model = (of: string) => ({
    kind: 'uniform' as const,
    location: 'westeurope',
    imageVersionId: of,
    provisioningState: 'Succeeded',
  });
  const remembering = rememberingFleets(
    {
      model: async ({ scaleSet: name = '' }) => {
        reads.push(`model ${name}`);
        now = secondsAfter(now, seconds);
        return model(`/v/${reads.length}`);
      },
      list: async ({ scaleSet: name = '' }) => {
        reads.push(`list ${name}`);
        return [];
      },
    },
    () => now,
  );
  return { ...remembering, reads, pass: (more: number) => (now = secondsAfter(now, more)) };
}

describe('scale sets that are asked who uses a version', () => {
  it('are each read once for all who ask at the same time', async () => {
    const { model, list, reads } = counted();
    for (let version = 0; version < 20; version += 1) {
      await model(scaleSet('one'));
      await list(scaleSet('ONE'));
      await model(scaleSet('two'));
    }
    expect(reads).toEqual(['model one', 'list ONE', 'model two']);
  });

  it('are read again after 15 s, counted from when they were asked', async () => {
    const { model, pass, reads } = counted(10);
    await model(scaleSet('one'));
    pass(4);
    expect(await model(scaleSet('one'))).toMatchObject({ imageVersionId: '/v/1' });
    pass(1);
    expect(await model(scaleSet('one'))).toMatchObject({ imageVersionId: '/v/2' });
    expect(reads).toHaveLength(2);
  });
});
