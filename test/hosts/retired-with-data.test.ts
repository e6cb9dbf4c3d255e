import { expect, it } from 'vitest';
import type { SmallAzure } from '../support/small-azure.ts';
import { one, planWith } from './one-host.ts';

const onDisks = 'It has data disks, and what is on them would stay behind.';

function withDataDisks(azure: SmallAzure): void {
  azure.kind = 'stand-alone';
  const { standAlone } = azure.machines;
  const blueprint: typeof standAlone.blueprint = async (address) => {
    const found = await standAlone.blueprint(address);
    return found && { ...found, notBeside: onDisks };
  };
  azure.machines = { ...azure.machines, standAlone: { ...standAlone, blueprint } };
}

it('R13: a machine with data of its own is not retired: it is put back as it was, and nothing of it is deleted', async () => {
  const { bring, calls, azure } = one({ priorTag: 'mine' }, withDataDisks);
  const host = await bring({
    ...planWith(),
    way: 'stand-alone',
    task: 'retire',
    machine: { subscriptionId: 's', resourceGroup: 'g', instanceId: 'avd-0' },
  });
  expect(host).toMatchObject({
    phase: 'failed',
    stage: 'remove',
    failure: { code: 'NotReplaceable', message: expect.stringContaining(onDisks) },
  });
  expect(calls('removeWithParts')).toEqual([]);
  expect(azure.desktop.isOpen('avd-0')).toBe(true);
});
