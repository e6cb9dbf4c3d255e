import { afterEach, describe, expect, it } from 'vitest';
import { standAloneMachines } from '../../shared/azure/stand-alone-machines.ts';
import { wrongBodies } from './support/bodies.ts';
import { shownMachine } from './support/desktop-machine.ts';
import { scriptedArm, type Shown } from './support/scripted-arm.ts';

const machine = { subscriptionId: 's-1', resourceGroup: 'rg-vms', instanceId: 'vm-1' };

describe('a machine that is to go', () => {
  let arm: Awaited<ReturnType<typeof scriptedArm>>;
  afterEach(async () => {
    const bodies = await wrongBodies(arm.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await arm.close();
  });
  const open = async (shown: Shown = shownMachine()) => {
    arm = await scriptedArm({ '/virtualMachines/vm-1': shown });
    return standAloneMachines(arm.azure).standAlone;
  };

  it('has its parts kept before it goes, if nobody changed it meanwhile, and asks for nothing where they are', async () => {
    const { ensurePartsKept } = await open();
    expect(await ensurePartsKept(machine)).toBe(false);
    expect(arm.written()).toMatchObject({
      properties: {
        storageProfile: {
          osDisk: { name: 'vm-1_OsDisk_1_abc', deleteOption: 'Delete' },
          dataDisks: [{ lun: 0, name: 'data-1', createOption: 'Empty', deleteOption: 'Detach' }],
        },
        networkProfile: { networkInterfaces: [{ properties: { primary: true, deleteOption: 'Detach' } }] },
      },
    });
    await arm.close();
    const kept = arm.written()['properties'] as unknown as Record<string, unknown>;
    const again = await open(shownMachine(kept));
    expect(await again.ensurePartsKept(machine)).toBe(true);
    expect(arm.sent.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is not deleted with its parts before Azure shows that they go, and people’s data stays in any case', async () => {
    const { removeWithParts } = await open();
    await expect(removeWithParts(machine)).rejects.toMatchObject({ code: 'AzureBusy' });
    expect(arm.written()).toMatchObject({
      properties: { storageProfile: { osDisk: { deleteOption: 'Delete' } } },
    });
    expect(arm.sent.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET']);
  });

  it('goes with what is its own once Azure shows it so, and minds nothing if it is gone', async () => {
    const { storageProfile, networkProfile } = shownMachine().properties;
    const osDisk = { ...storageProfile.osDisk, deleteOption: 'Delete' };
    const dataDisks = [
      { lun: 0, createOption: 'FromImage', deleteOption: 'Delete', managedDisk: { id: 'x' } },
      { lun: 1, createOption: 'Attach', managedDisk: { id: 'y' } },
    ];
    const own = { ...storageProfile, osDisk, dataDisks };
    const { removeWithParts } = await open(shownMachine({ storageProfile: own, networkProfile }));
    await removeWithParts(machine);
    await removeWithParts({ ...machine, instanceId: 'vm-2' });
    expect(arm.sent.map(({ method }) => method)).toEqual(['GET', 'DELETE', 'GET', 'DELETE']);
    expect(arm.sent.some(({ url }) => url.includes('forceDeletion'))).toBe(false);
  });
});
