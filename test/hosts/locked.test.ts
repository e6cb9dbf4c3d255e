import { expect, it } from 'vitest';
import type { SmallAzure } from '../support/small-azure.ts';
import { one, planAlone } from './one-host.ts';

function locked(azure: SmallAzure): void {
  azure.kind = 'stand-alone';
  const { standAlone } = azure.machines;
  const blueprint: typeof standAlone.blueprint = async (address) => {
    const found = await standAlone.blueprint(address);
    return found && { ...found, locked: 'lock keep (CanNotDelete) on VM avd-0' };
  };
  azure.machines = { ...azure.machines, standAlone: { ...standAlone, blueprint } };
}

it.each(['update', 'retire'] as const)(
  'R10: a machine under a lock is put back before it has left its pool: %s',
  async (task) => {
    const { bring, calls, azure } = one({ priorTag: 'mine' }, locked);
    expect(await bring({ ...planAlone(), task })).toMatchObject({
      phase: 'failed',
      stage: 'remove',
      failure: {
        code: 'ResourceLocked',
        message: 'Azure does not delete avd-0: lock keep (CanNotDelete) on VM avd-0.',
      },
    });
    expect([...calls('remove'), ...calls('removeWithParts')]).toEqual([]);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.wrongs).toEqual([]);
  },
);
