import type { DataDisk, VirtualMachine } from '@azure/arm-compute';
import { openCloud, type Cloud } from './cloud.ts';

export const VMS = 'rg-vms';
export const PASSWORD = 'Join-The-Club-5501!';

/** A pool of two machines that stand alone, nobody on them, and no other pools. */
export async function openVms(people = 0): Promise<Cloud> {
  const none = { testHosts: 0, productionHosts: 0, flexHosts: 0, personalHosts: 0 };
  return await openCloud({ ...none, vmHosts: 2, people });
}

interface Poller {
  readonly submitted: () => Promise<void>;
  readonly poll: () => Promise<unknown>;
  readonly isDone: boolean;
}

/** Sees a long-running operation through, time passing between the looks; its failure is thrown. */
export async function seen(cloud: Cloud, poller: Poller): Promise<void> {
  await poller.submitted();
  for (let looks = 0; looks < 120; looks += 1) {
    await poller.poll();
    if (poller.isDone) return;
    await cloud.pass(1);
  }
  throw new Error('the operation does not end');
}

/** What Azure is asked for so that the machine stands again as it stood, from another image. */
export function again(found: VirtualMachine, image: string): VirtualMachine {
  const { storageProfile, networkProfile, hardwareProfile, securityProfile, location, tags } = found;
  return {
    location,
    ...(tags && { tags }),
    ...(hardwareProfile && { hardwareProfile }),
    ...(securityProfile && { securityProfile }),
    ...(networkProfile && { networkProfile }),
    storageProfile: {
      imageReference: { id: image },
      osDisk: {
        createOption: 'FromImage',
        deleteOption: 'Delete',
        managedDisk: { storageAccountType: 'Premium_LRS' },
      },
      dataDisks: (storageProfile?.dataDisks ?? []).map(attached),
    },
    osProfile: {
      computerName: found.osProfile?.computerName ?? '',
      adminUsername: 'localadmin',
      adminPassword: 'Correct-Horse-42',
    },
  };
}

function attached({ lun, managedDisk }: DataDisk): DataDisk {
  const id = managedDisk?.id;
  return id === undefined
    ? { lun, createOption: 'Attach' }
    : { lun, createOption: 'Attach', managedDisk: { id } };
}

/** Deletes a machine and makes it again under its name from another image; it runs and is in no domain. */
export async function replaced(cloud: Cloud, name: string, image: string): Promise<void> {
  const { virtualMachines } = cloud.compute;
  const found = await virtualMachines.get(VMS, name);
  await seen(
    cloud,
    virtualMachines.update(VMS, name, {
      storageProfile: { osDisk: { createOption: 'FromImage', deleteOption: 'Delete' } },
    }),
  );
  await seen(cloud, virtualMachines.delete(VMS, name));
  await seen(cloud, virtualMachines.createOrUpdate(VMS, name, again(found, image)));
}

/** Puts the domain join onto a machine, with whatever settings a test wants of it. */
export function joining(cloud: Cloud, name: string, password: string | undefined, settings: object = {}) {
  return cloud.compute.virtualMachineExtensions.createOrUpdate(VMS, name, 'joindomain', {
    location: 'westeurope',
    publisher: 'Microsoft.Compute',
    typePropertiesType: 'JsonADDomainExtension',
    typeHandlerVersion: '1.3',
    settings: {
      Name: 'corp.contoso.com',
      User: 'CORP\\svc-join',
      Restart: 'true',
      Options: '3',
      ...settings,
    },
    ...(password !== undefined && { protectedSettings: { Password: password } }),
  });
}

/** Installs the desktop agent on a machine with a token of its pool; answers how the script ended. */
export async function registering(cloud: Cloud, name: string): Promise<string | undefined> {
  const token = await cloud.token('hp-vms');
  const commands = cloud.compute.virtualMachineRunCommands;
  const command = `register-${cloud.clock.now()}`;
  await commands
    .createOrUpdate(VMS, name, command, {
      location: 'westeurope',
      source: { script: 'Install-Agent' },
      protectedParameters: [{ name: 'RegistrationToken', value: token }],
      asyncExecution: true,
    })
    .submitted();
  await cloud.pass(15);
  const done = await commands.getByVirtualMachine(VMS, name, command, { expand: 'instanceView' });
  return done.instanceView?.executionState;
}
