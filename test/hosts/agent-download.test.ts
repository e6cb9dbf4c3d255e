import { describe, expect, it } from 'vitest';
import { secondsBetween } from '../../shared/instant.ts';
import { evenTempered } from '../support/small-azure.ts';
import { one } from './one-host.ts';

/** A host whose installations fail so often, as the script says it where its downloads are no installers. */
function without(downloads: number, others = 0) {
  let left = downloads;
  const temper = { ...evenTempered, installsFail: downloads + others };
  return one({ temper }, (azure) => {
    const { runCommand: real } = azure.machines;
    const said = new Map<string, string>();
    const runCommand: typeof real = async (machine, name) => {
      const found = await real(machine, name);
      if (found?.state !== 'Failed') return found;
      const output = said.get(name) ?? (left > 0 ? 'RDAgent could not be downloaded' : found.output);
      if (!said.has(name)) left -= 1;
      said.set(name, output);
      return { ...found, output };
    };
    azure.machines = { ...azure.machines, runCommand };
  });
}

describe('an agent that cannot be downloaded', () => {
  it('is waited for, ever longer: an outage of an hour quarantines nobody', async () => {
    const { bring, calls } = without(6);
    expect(await bring()).toMatchObject({ phase: 'done', facts: { downloadFailures: 6 } });
    const tries = calls('startRunCommand').map(({ at }) => at);
    expect(tries).toHaveLength(7);
    expect(secondsBetween(tries[0] ?? '', tries[6] ?? '')).toBeGreaterThan(3600);
    const waits = tries.slice(1).map((at, index) => secondsBetween(tries[index] ?? '', at));
    expect((waits[5] ?? 0) > (waits[0] ?? 0)).toBe(true);
  });

  it('is given up in the end', async () => {
    const { bring, calls } = without(99);
    const host = await bring();
    expect(host).toMatchObject({
      phase: 'quarantined',
      failure: { code: 'RegistrationFailed', message: expect.stringContaining('could not be downloaded') },
    });
    expect(calls('startRunCommand')).toHaveLength(8);
  });

  it('takes nothing from the tries of what else may fail', async () => {
    expect(await without(4, 2).bring()).toMatchObject({ phase: 'done', facts: { registrationFailures: 6 } });
    expect(await without(4, 3).bring()).toMatchObject({ phase: 'quarantined' });
  });
});
