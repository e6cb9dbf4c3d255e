import { afterEach, describe, expect, it } from 'vitest';
import { standAloneMachines } from '../../shared/azure/stand-alone-machines.ts';
import type { Blueprint, NewMachine } from '../../shared/hosts/machine.ts';
import { wrongBodies } from './support/bodies.ts';
import {
  compute,
  imageVersion,
  shownExtensions,
  shownInterface,
  shownMachine,
} from './support/desktop-machine.ts';
import { scriptedArm, type Shown } from './support/scripted-arm.ts';

const machine = { subscriptionId: 's-1', resourceGroup: 'rg-vms', instanceId: 'vm-1' };
const image = (sizeInGB: number) => ({
  location: 'westeurope',
  properties: { storageProfile: { osDiskImage: { sizeInGB } } },
});

describe('a machine that stands alone', () => {
  let arm: Awaited<ReturnType<typeof scriptedArm>>;
  afterEach(async () => {
    const bodies = await wrongBodies(arm.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await arm.close();
  });
  const open = async (shows: Record<string, Shown> = {}) => {
    arm = await scriptedArm({
      '/virtualMachines/vm-1': shownMachine(),
      '/vm-1/extensions': shownExtensions,
      '/networkInterfaces/nic-1': shownInterface,
      '/versions/2.0.0': image(127),
      ...shows,
    });
    return standAloneMachines(arm.azure).standAlone;
  };
  const blueprintOf = async (shows: Record<string, Shown> = {}): Promise<Blueprint> => {
    const { blueprint } = await open(shows);
    const found = await blueprint(machine);
    if (!found) throw new Error('there is no blueprint');
    // As it is kept.
    return JSON.parse(JSON.stringify(found)) as Blueprint;
  };
  const made = async (
    how: Partial<NewMachine> & { readonly name?: string },
    shows: Record<string, Shown> = {},
  ) => {
    const blueprint = await blueprintOf(shows);
    const { name = 'vm-2', ...rest } = how;
    const { create } = standAloneMachines(arm.azure).standAlone;
    const tags = { 'goldsmith-made-by': 'work-1' };
    const wanted = { blueprint, as: 'again' as const, imageVersionId: imageVersion('2.0.0'), tags, ...rest };
    await create({ ...machine, instanceId: name }, wanted);
    return arm.written();
  };

  it('comes again as it was, with another image, a new disk and a password that nobody knows', async () => {
    const body = await made({});
    expect(body).toMatchObject({
      location: 'westeurope',
      zones: ['2'],
      tags: { team: 'desktops', 'goldsmith-made-by': 'work-1' },
      identity: { type: 'SystemAssigned, UserAssigned' },
      properties: {
        userData: 'aGVsbG8=',
        hardwareProfile: { vmSize: 'Standard_D4s_v5' },
        licenseType: 'Windows_Client',
        securityProfile: { securityType: 'TrustedLaunch', encryptionAtHost: true },
        hostGroup: { id: expect.stringContaining('/hostGroups/hg-1') },
        capacityReservation: { capacityReservationGroup: { id: expect.any(String) } },
        proximityPlacementGroup: { id: expect.any(String) },
        additionalCapabilities: { hibernationEnabled: true },
        diagnosticsProfile: { bootDiagnostics: { enabled: true } },
        storageProfile: {
          imageReference: { id: imageVersion('2.0.0') },
          osDisk: {
            createOption: 'FromImage',
            deleteOption: 'Delete',
            caching: 'ReadWrite',
            diskSizeGB: 127,
            managedDisk: { storageAccountType: 'Premium_LRS', diskEncryptionSet: { id: expect.any(String) } },
          },
        },
        osProfile: {
          computerName: 'VM-1',
          adminUsername: 'localadmin',
          adminPassword: expect.stringMatching(/^.{30,}$/),
          windowsConfiguration: {
            timeZone: 'W. Europe Standard Time',
            patchSettings: { patchMode: 'Manual' },
          },
        },
      },
    });
    const { properties } = body;
    expect(properties?.['host']).toBeUndefined();
    expect(properties?.['osProfile']).not.toHaveProperty('requireGuestProvisionSignal');
    expect(properties?.['storageProfile']?.['osDisk']).not.toHaveProperty('name');
    expect(properties?.['storageProfile']?.['osDisk']?.['managedDisk']).not.toHaveProperty('id');
  });

  it('keeps its network interface and its data disk, each with what becomes of it later', async () => {
    const { properties } = await made({});
    expect(properties?.['networkProfile']).toEqual({
      networkInterfaces: [
        {
          id: expect.stringContaining('/networkInterfaces/nic-1'),
          properties: { primary: true, deleteOption: 'Delete' },
        },
      ],
    });
    expect(properties?.['storageProfile']?.['dataDisks']).toEqual([
      {
        lun: 0,
        createOption: 'Attach',
        caching: 'ReadOnly',
        deleteOption: 'Delete',
        managedDisk: { id: `${compute}/disks/data-1` },
      },
    ]);
  });

  it('has a disk as large as the image, where that has outgrown it', async () => {
    const body = await made({}, { '/versions/2.0.0': image(256) });
    expect(body).toMatchObject({ properties: { storageProfile: { osDisk: { diskSizeGB: 256 } } } });
  });

  it('takes the password that is stated, and leaves none behind in the blueprint', async () => {
    expect(JSON.stringify(await blueprintOf())).not.toMatch(/assword"/);
    await arm.close();
    const body = await made({ adminPassword: 'geheim' });
    expect(body).toMatchObject({ properties: { osProfile: { adminPassword: 'geheim' } } });
  });

  it('has another beside it with interfaces of its own in the same network, and no disks of the first', async () => {
    const body = await made({ name: 'vm-9', as: 'beside' });
    expect(body).toMatchObject({
      properties: {
        osProfile: { computerName: 'vm-9' },
        networkProfile: {
          networkInterfaceConfigurations: [
            {
              name: 'vm-9-nic',
              tags: { team: 'desktops' },
              properties: {
                primary: true,
                deleteOption: 'Delete',
                enableAcceleratedNetworking: true,
                networkSecurityGroup: { id: expect.stringContaining('nsg-1') },
                dnsSettings: { dnsServers: ['10.0.0.4'] },
                ipConfigurations: [
                  {
                    name: 'ipconfig1',
                    properties: {
                      subnet: { id: expect.stringContaining('/subnets/desktops') },
                      applicationSecurityGroups: [{ id: expect.stringContaining('asg-1') }],
                    },
                  },
                ],
              },
            },
          ],
        },
        storageProfile: { dataDisks: [] },
      },
    });
    expect(body['properties']?.['networkProfile']).not.toHaveProperty('networkInterfaces');
  });

  it('is given its extensions in order, but not the agent, nor what Azure puts there by itself', async () => {
    const { extensions } = await blueprintOf();
    expect(extensions.map(({ name, type, needsSecret }) => [name, type, needsSecret])).toEqual([
      ['join', 'JsonADDomainExtension', true],
      ['monitor', 'AzureMonitorWindowsAgent', false],
      ['setup', 'CustomScriptExtension', true],
    ]);
    expect(extensions[2]?.body).toMatchObject({ provisionAfterExtensions: ['join', 'monitor'] });
    const { addExtension } = standAloneMachines(arm.azure).standAlone;
    for (const one of extensions.slice(0, 1)) await addExtension(machine, one, { Password: 'geheim' });
    expect(arm.written()).toMatchObject({
      location: 'westeurope',
      properties: {
        publisher: 'Microsoft.Compute',
        type: 'JsonADDomainExtension',
        typeHandlerVersion: '1.3',
        settings: { Name: 'corp.example' },
        protectedSettings: { Password: 'geheim' },
      },
    });
  });

  it('has none beside it that would lack its data, or an address that people know', async () => {
    const { notAgain, notBeside } = await blueprintOf();
    expect(notAgain).toBeUndefined();
    expect(notBeside).toMatch(/data disks/);
    await arm.close();
    const [configuration] = shownInterface.properties.ipConfigurations;
    const fixed = { ...configuration?.properties, privateIPAllocationMethod: 'Static' };
    const properties = { ...shownInterface.properties, ipConfigurations: [{ name: 'a', properties: fixed }] };
    const { storageProfile } = shownMachine().properties;
    const found = await blueprintOf({
      '/virtualMachines/vm-1': shownMachine({ storageProfile: { ...storageProfile, dataDisks: [] } }),
      '/networkInterfaces/nic-1': { ...shownInterface, properties },
    });
    expect(found.notBeside).toMatch(/address of its own/);
    expect(found.notAgain).toBeUndefined();
  });

  it('is not made over one that was made for something else, and not twice', async () => {
    const blueprint = await blueprintOf();
    const { create } = standAloneMachines(arm.azure).standAlone;
    const wanted = { blueprint, as: 'again' as const, imageVersionId: imageVersion('2.0.0') };
    await expect(
      create(machine, { ...wanted, tags: { 'goldsmith-made-by': 'work-1' } }),
    ).rejects.toMatchObject({ code: 'NameTaken', target: 'vm-1' });
    await create(machine, { ...wanted, tags: { 'goldsmith-made-by': 'work-of-before' } });
    expect(arm.sent.every(({ method }) => method === 'GET')).toBe(true);
  });
});
