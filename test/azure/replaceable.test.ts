import type { VirtualMachine } from '@azure/arm-compute';
import { describe, expect, it } from 'vitest';
import { whyNotAgain, whyNotBeside } from '../../shared/azure/replaceable.ts';

const usual: VirtualMachine = {
  location: 'westeurope',
  storageProfile: {
    imageReference: { id: 'version' },
    osDisk: { createOption: 'FromImage', managedDisk: { id: 'disk' } },
  },
  osProfile: { computerName: 'vm-1', windowsConfiguration: { additionalUnattendContent: [] } },
};
const { imageReference = {} } = usual.storageProfile ?? {};
const vhd = { uri: 'https://x.example/y.vhd' };

describe('a machine that is to be made anew', () => {
  it('can be, if it was made from a generalised image and has managed disks', () => {
    expect(whyNotAgain(usual)).toBeUndefined();
    expect(whyNotBeside(usual, [])).toBeUndefined();
  });

  it.each<[title: string, but: Partial<VirtualMachine>, why: RegExp]>([
    ['it is in a scale set', { virtualMachineScaleSet: { id: 'x' } }, /scale set/],
    [
      'its OS disk is unmanaged',
      { storageProfile: { imageReference, osDisk: { createOption: 'FromImage', vhd } } },
      /unmanaged/,
    ],
    [
      'a data disk is unmanaged',
      { storageProfile: { imageReference, dataDisks: [{ lun: 0, createOption: 'Attach', vhd }] } },
      /unmanaged/,
    ],
    [
      'Azure Disk Encryption holds it',
      {
        storageProfile: {
          imageReference,
          osDisk: { createOption: 'FromImage', encryptionSettings: { enabled: true } },
        },
      },
      /Disk Encryption/,
    ],
    [
      'it was made around a disk',
      { storageProfile: { osDisk: { createOption: 'Attach', managedDisk: { id: 'x' } } } },
      /around a disk/,
    ],
    [
      'answers to setup are not given back',
      { osProfile: { windowsConfiguration: { additionalUnattendContent: [{ passName: 'OobeSystem' }] } } },
      /answers/,
    ],
  ])('cannot be where %s, neither under its name nor beside', (_, but, why) => {
    expect(whyNotAgain({ ...usual, ...but })).toMatch(why);
    expect(whyNotBeside({ ...usual, ...but }, [])).toMatch(why);
  });

  it('cannot be where its image was specialised', () => {
    const { osProfile: _, ...specialised } = usual;
    expect(whyNotAgain(specialised)).toMatch(/specialised/);
  });
});
