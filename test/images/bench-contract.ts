import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gallery } from '../../shared/images/gallery.ts';
import type { Machine, MachineRef, Machines, WantedMachine } from '../../shared/images/machine.ts';
import type { FoundPart, Parts } from '../../shared/images/parts.ts';
import type { Sources } from '../../shared/images/sources.ts';
import { known } from './small/sources.ts';

/** A cloud whose clock is in our hand, with what `known` names in it. */
export interface OpenedBench {
  readonly ports: {
    readonly machines: Machines;
    readonly parts: Parts;
    readonly gallery: Gallery;
    readonly sources: Sources;
  };
  readonly subnetId: string;
  readonly image: {
    readonly publisher: string;
    readonly offer: string;
    readonly sku: string;
    readonly version: string;
  };
  readonly pass: (minutes: number) => void;
  readonly close: () => Promise<void>;
}

const owner = 'contract.1.0.0';
const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers';
const id = (type: string, name: string) => `${group}/Microsoft.Compute/${type}/gm-contract-${name}`;
const inWestEurope = { owner, location: 'westeurope' } as const;

/** What the stages of a version rely on in Azure: the double in the property test must not be kinder than it. */
export function benchContract(open: () => Promise<OpenedBench>): void {
  let bench: OpenedBench;
  beforeAll(async () => {
    bench = await open();
  });
  afterAll(async () => await bench.close());

  const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    for (let minute = 0; minute < 120; minute += 1) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      bench.pass(1);
    }
    throw new Error(`It did not become so within two hours: ${String(look)}`);
  };
  const ready = async (part: string): Promise<FoundPart> =>
    await until(async () => {
      const found = await bench.ports.parts.find(part);
      return found?.provisioningState === 'Succeeded' && found;
    });
  const gone = async (part: string) =>
    await until(async () => (await bench.ports.parts.find(part)) === undefined);
  const ref = (name: string): MachineRef => ({
    subscriptionId: '00000000-0000-0000-0000-000000000001',
    resourceGroup: 'rg-images',
    name: `gm-contract-${name}`,
  });
  const wanted = (name: string, change: Partial<WantedMachine> = {}): WantedMachine => ({
    ...inWestEurope,
    size: 'Standard_D4s_v5',
    subnetId: bench.subnetId,
    osType: 'Windows',
    from: { image: bench.image, osState: 'Generalized' },
    securityType: 'TrustedLaunch',
    computerName: 'gm-contract',
    osDiskName: `gm-contract-${name}-os`,
    nicName: `gm-contract-${name}-nic`,
    dataDisks: [],
    ...change,
  });
  const up = async (name: string): Promise<Machine> =>
    await until(async () => {
      const found = await bench.ports.machines.find(ref(name));
      return found?.provisioningState === 'Succeeded' && found.agentReady && found;
    });
  const removed = async (name: string) => {
    await bench.ports.machines.remove(ref(name));
    await until(async () => (await bench.ports.machines.find(ref(name))) === undefined);
  };
  const nic = (name: string) => `${group}/Microsoft.Network/networkInterfaces/gm-contract-${name}-nic`;

  describe('sources', () => {
    const traits = {
      osType: 'Windows',
      generation: 'V2',
      location: 'westeurope',
      provisioningState: 'Succeeded',
    };

    it('say what they are', async () => {
      const { sources } = bench.ports;
      const expected: [Promise<object | undefined>, object][] = [
        [
          sources.galleryVersion({ id: known.parent }, 'westeurope'),
          { ...traits, osState: 'Generalized', securityType: 'TrustedLaunchSupported', dataDisks: [] },
        ],
        [sources.galleryVersion({ id: known.golden }, 'westeurope'), { ...traits, osState: 'Specialized' }],
        [sources.managedImage(known.image), { ...traits, osState: 'Generalized', securityType: 'Standard' }],
        [
          sources.machine(known.vm),
          { ...traits, power: 'running', generalized: false, securityType: 'TrustedLaunch' },
        ],
        [sources.machine(known.sealedVm), { ...traits, power: 'deallocated', generalized: true }],
        [sources.disk(known.sealedDisk), { ...traits, state: 'Unattached', securityType: 'TrustedLaunch' }],
        [sources.snapshot(known.osSnapshot), { ...traits, securityType: 'TrustedLaunch' }],
        [sources.disk(known.dataDisk), { securityType: 'Standard', state: 'Unattached' }],
        [sources.blob(known.sealedVhd.uri), { type: 'PageBlob', sizeBytes: 127 * 2 ** 30 + 512 }],
      ];
      for (const [found, is] of expected) expect(await found).toMatchObject(is);
      expect((await sources.disk(known.dataDisk))?.osType).toBeUndefined();
      const version = await sources.galleryVersion({ id: known.parent }, 'westeurope');
      expect(version?.completedRegions).toContain('westeurope');
    });

    it('that are not there are told as such', async () => {
      const { sources } = bench.ports;
      expect(
        await sources.galleryVersion({ id: `${known.parent.slice(0, -5)}9.9.9` }, 'westeurope'),
      ).toBeUndefined();
      for (const ask of [
        sources.managedImage(`${known.image}-2`),
        sources.machine(`${known.vm}-2`),
        sources.disk(`${known.dataDisk}-2`),
        sources.snapshot(`${known.dataSnapshot}-2`),
        sources.blob(`${known.dataVhd.uri}2`),
      ]) {
        expect(await ask).toBeUndefined();
      }
    });
  });

  describe('copies', () => {
    const snapshot = id('snapshots', 'os-snap');
    const disk = id('disks', 'os-copy');

    it('are made of a disk in use by way of a snapshot, and say whose they are', async () => {
      const { parts, sources } = bench.ports;
      const { osDiskId = '' } = (await sources.machine(known.vm)) ?? {};
      expect(await parts.find(snapshot)).toBeUndefined();
      await parts.create(snapshot, { ...inWestEurope, from: { id: osDiskId } });
      expect(await ready(snapshot)).toMatchObject({ owner });
      await parts.create(disk, { ...inWestEurope, from: { id: snapshot } });
      expect(await ready(disk)).toMatchObject({ owner });
    });

    it('asked for again are the same', async () => {
      const { parts } = bench.ports;
      await parts.create(disk, { ...inWestEurope, from: { id: snapshot } });
      expect(await ready(disk)).toMatchObject({ owner });
    });

    it('are not made of what is not there', async () => {
      const asked = bench.ports.parts.create(id('disks', 'nothing'), {
        ...inWestEurope,
        from: { id: id('snapshots', 'never-made') },
      });
      await expect(asked).rejects.toMatchObject({ code: 'AzureRefused' });
      expect(await bench.ports.parts.find(id('disks', 'nothing'))).toBeUndefined();
    });

    it('keep what they are made of until they are complete', async () => {
      const { parts } = bench.ports;
      const second = id('disks', 'second-copy');
      await parts.create(second, { ...inWestEurope, from: { id: snapshot } });
      await expect(parts.remove(snapshot)).rejects.toMatchObject({ code: 'AzureBusy' });
      await ready(second);
      bench.pass(2);
      await parts.remove(second);
      await gone(second);
    });

    it('are what a machine is made around, and go with it', async () => {
      const { machines, parts } = bench.ports;
      await machines.create(ref('around'), wanted('around', { from: { osDiskId: disk } }));
      const found = await up('around');
      expect(found).toMatchObject({ owner, power: 'running', generalized: false });
      await expect(parts.remove(disk)).rejects.toMatchObject({ code: 'AzureRefused' });
      await removed('around');
      for (const part of [disk, nic('around')]) await gone(part);
      await parts.remove(snapshot);
      await gone(snapshot);
      await parts.remove(snapshot);
    });
  });

  describe('a machine of an image', () => {
    const data = id('disks', 'image-data-2');
    const copied = id('disks', 'image-data-1-copy');

    it('has its disks and its NIC, tagged where Azure tags', async () => {
      const { machines, parts } = bench.ports;
      await parts.create(copied, { ...inWestEurope, from: { id: known.dataSnapshot } });
      await ready(copied);
      const dataDisks: WantedMachine['dataDisks'] = [
        { lun: 1, id: copied, name: 'gm-contract-image-data-1-copy', made: 'ready' },
        { lun: 2, id: data, name: 'gm-contract-image-data-2', made: { emptyGB: 8 } },
      ];
      expect(await machines.find(ref('image'))).toBeUndefined();
      await machines.create(ref('image'), wanted('image', { dataDisks }));
      await up('image');
      // Two looks at once both ask for it; and between look and request somebody else may have made one.
      const another = wanted('image', { dataDisks, owner: 'contract.2.0.0' });
      await expect(machines.create(ref('image'), another)).rejects.toMatchObject({ code: 'Conflict' });
      expect(await machines.find(ref('image'))).toMatchObject({ owner });
      expect(await parts.find(id('disks', 'image-os'))).toMatchObject({ owner: undefined });
      expect(await parts.find(data)).toMatchObject({ owner: undefined });
      expect(await parts.find(nic('image'))).toMatchObject({ owner });
      expect(await parts.find(copied)).toMatchObject({ owner });
    });

    it('tells by its agent’s time that it has restarted', async () => {
      const { machines } = bench.ports;
      bench.pass(2);
      await machines.restart(ref('image'));
      const restarted = (await machines.find(ref('image')))?.agentReportedAt ?? '';
      const again = await until(async () => {
        const found = await machines.find(ref('image'));
        const isUp = found?.power === 'running' && found.agentReady;
        return isUp && (found.agentReportedAt ?? '') > restarted && found;
      });
      expect(again.provisioningState).toBe('Succeeded');
    });

    it('is generalised only when it is deallocated, and then never starts again', async () => {
      const { machines } = bench.ports;
      await expect(machines.generalize(ref('image'))).rejects.toMatchObject({ code: 'AzureRefused' });
      await machines.deallocate(ref('image'));
      await until(async () => (await machines.find(ref('image')))?.power === 'deallocated');
      await machines.generalize(ref('image'));
      expect(await machines.find(ref('image'))).toMatchObject({ generalized: true, power: 'deallocated' });
      await expect(machines.start(ref('image'))).rejects.toMatchObject({ code: 'AzureRefused' });
    });

    it('takes with it all that it brought', async () => {
      await removed('image');
      for (const part of [id('disks', 'image-os'), data, copied, nic('image')]) await gone(part);
      await bench.ports.machines.remove(ref('image'));
    });

    it('is not made over a disk of that name', async () => {
      const { machines, parts } = bench.ports;
      const disk = id('disks', 'taken-os');
      await parts.create(disk, { ...inWestEurope, from: { sizeGB: 8 } });
      await ready(disk);
      await expect(machines.create(ref('taken'), wanted('taken'))).rejects.toMatchObject({
        code: 'AzureRefused',
      });
      expect(await machines.find(ref('taken'))).toBeUndefined();
      await parts.remove(disk);
      await gone(disk);
    });
  });
}
