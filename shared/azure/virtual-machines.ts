import { randomBytes } from 'node:crypto';
import type { InstanceViewStatus, VirtualMachine } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import { type Machine, type Machines, ownerTag, type WantedMachine } from '../images/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { parseResourceId } from '../resource-id.ts';

/** The Network provider's version in which a VM makes its NIC, and in which we ask after the NIC. */
const networkApiVersion = '2022-11-01';

/** Build VMs: each call only starts its work, and `find` tells how it stands. */
export function virtualMachines({ compute, read }: Pick<Azure, 'compute' | 'read'>): Machines {
  return {
    async find({ subscriptionId, resourceGroup, name }) {
      const { virtualMachines: machines } = compute(subscriptionId);
      const expand = { expand: 'instanceView' } as const;
      const found = await finding(`VM ${name}`, async () => await machines.get(resourceGroup, name, expand));
      return found && machineOf(found);
    },

    async create({ subscriptionId, resourceGroup, name }, wanted) {
      await asking(`creation of VM ${name}`, async () => {
        const { virtualMachines: machines } = compute(subscriptionId);
        await machines.createOrUpdate(resourceGroup, name, machineBody(name, wanted)).submitted();
      });
    },

    async deallocate({ subscriptionId, resourceGroup, name }) {
      await asking(`deallocation of VM ${name}`, async () => {
        await compute(subscriptionId).virtualMachines.deallocate(resourceGroup, name).submitted();
      });
    },

    async generalize({ subscriptionId, resourceGroup, name }) {
      await asking(`generalisation of VM ${name}`, async () => {
        await compute(subscriptionId).virtualMachines.generalize(resourceGroup, name);
      });
    },

    async remove({ subscriptionId, resourceGroup, name }) {
      await finding(`removal of VM ${name}`, async () => {
        await compute(subscriptionId).virtualMachines.delete(resourceGroup, name).submitted();
      });
    },

    async exists(resourceId) {
      const id = parseResourceId(resourceId);
      const [name = ''] = id?.names ?? [];
      if (!id) throw new AppError('AzureRefused', `${resourceId} is not the id of a resource`);
      const found = await finding(
        name,
        id.type === 'microsoft.compute/disks'
          ? async () => await compute(id.subscriptionId).disks.get(id.resourceGroup, name)
          : async () => await read(id.subscriptionId, resourceId, networkApiVersion),
      );
      return found !== undefined;
    },
  };
}

function machineBody(name: string, wanted: WantedMachine): VirtualMachine {
  const { owner, location, size, subnetId, source, securityType, computerName } = wanted;
  const { publisher, offer, sku, version, plan } = source;
  return {
    location,
    tags: { [ownerTag]: owner },
    ...(plan && { plan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
    hardwareProfile: { vmSize: size },
    storageProfile: {
      imageReference: { publisher, offer, sku, version },
      osDisk: {
        name: `${name}-os`,
        createOption: 'FromImage',
        deleteOption: 'Delete',
        caching: 'ReadWrite',
        // Premium disks do not go with every size.
        managedDisk: { storageAccountType: 'StandardSSD_LRS' },
      },
    },
    networkProfile: {
      networkApiVersion,
      networkInterfaceConfigurations: [
        {
          name: `${name}-nic`,
          primary: true,
          deleteOption: 'Delete',
          ipConfigurations: [{ name: 'ipconfig', primary: true, subnet: { id: subnetId } }],
        },
      ],
    },
    osProfile: {
      computerName,
      adminUsername: 'goldsmith',
      adminPassword: password(),
      // Updates are the recipe's: one that comes by itself restarts the machine in the middle of a step.
      windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: false },
    },
    ...(securityType === 'TrustedLaunch' && {
      securityProfile: {
        securityType: 'TrustedLaunch',
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
    }),
  };
}

/** Nobody signs in to a build VM: the password is asked for by Azure, kept by nobody and gone with sysprep. */
function password(): string {
  return `Aa1-${randomBytes(24).toString('base64url')}`;
}

function machineOf(found: VirtualMachine): Machine {
  const { id = '', provisioningState = '', instanceView, tags } = found;
  const statuses = instanceView?.statuses ?? [];
  const error = provisioningErrorOf(statuses);
  return {
    id,
    provisioningState,
    ...(error !== undefined && { provisioningError: error }),
    power: powerOf(statuses),
    agentReady: (instanceView?.vmAgent?.statuses ?? []).some(
      ({ displayStatus }) => displayStatus === 'Ready',
    ),
    generalized: statuses.some(({ code }) => code?.toLowerCase() === 'osstate/generalized'),
    owner: tags?.[ownerTag],
    parts: partsOf(found),
  };
}

function provisioningErrorOf(statuses: readonly InstanceViewStatus[]): string | undefined {
  const failed = statuses.find(({ code }) => /^ProvisioningState\/failed/i.test(code ?? ''));
  if (!failed) return undefined;
  const code = failed.code?.split('/')[2];
  return [code, failed.message ?? failed.displayStatus].filter(Boolean).join(': ');
}

function powerOf(statuses: readonly InstanceViewStatus[]): Machine['power'] {
  const code = statuses
    .find((status) => /^PowerState\//i.test(status.code ?? ''))
    ?.code?.slice('PowerState/'.length);
  return code === 'running' || code === 'stopped' || code === 'deallocated' ? code : 'changing';
}

function partsOf({ storageProfile, networkProfile }: VirtualMachine): string[] {
  const disks = [storageProfile?.osDisk, ...(storageProfile?.dataDisks ?? [])].map(
    (disk) => disk?.managedDisk,
  );
  return [...disks, ...(networkProfile?.networkInterfaces ?? [])].flatMap((part) => part?.id ?? []);
}
