import { describe } from 'vitest';
import { benchParts } from '../../shared/azure/disks.ts';
import { gallery } from '../../shared/azure/gallery.ts';
import { sources } from '../../shared/azure/sources.ts';
import { virtualMachines } from '../../shared/azure/virtual-machines.ts';
import { benchContract } from '../images/bench-contract.ts';
import { openCloud } from './support/cloud.ts';

describe('the adapters, in the simulated Azure, do what Azure does', () => {
  benchContract(async () => {
    const { azure, subnetId, pass, close } = await openCloud();
    return {
      ports: {
        machines: virtualMachines(azure),
        parts: benchParts(azure),
        gallery: gallery(azure),
        sources: sources(azure),
      },
      subnetId,
      image: {
        publisher: 'MicrosoftWindowsDesktop',
        offer: 'windows-11',
        sku: 'win11-24h2-avd',
        version: '26100.6899.251011',
      },
      pass,
      close,
    };
  });
});
