import type { VirtualMachineExtension } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import {
  type Blueprint,
  type Extension,
  madeByTag,
  type MachineAddress,
  type Machines,
  type StandAloneMachines,
} from '../hosts/machine.ts';
import { lastSegment } from '../resource-id.ts';
import { bodyOf } from './blueprint.ts';
import { interfacePlans } from './blueprint-interfaces.ts';
import { locksOver } from './locks.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { extensionBlueprints } from './extension-blueprints.ts';
import { partsChange } from './kept-parts.ts';
import { namedMachines } from './named-machines.ts';
import { newMachineBody, osDiskGB } from './new-machine-body.ts';
import { whyNotAgain, whyNotBeside } from './replaceable.ts';

/** Machines of no scale set: what is done to any machine of a name, and their replacement. */
export function standAloneMachines(azure: Pick<Azure, 'compute' | 'read' | 'list'>): Omit<Machines, 'list'> {
  return {
    ...namedMachines(azure),
    reimage: hasNoModel,
    applyModel: hasNoModel,
    standAlone: replacing(azure),
  };
}

/** Azure gives it its own former image back and no other, so that nobody has use for it. */
async function hasNoModel({ instanceId }: MachineAddress): Promise<never> {
  throw new Error(`VM ${instanceId} stands alone: it is replaced, not reimaged`);
}

function replacing({ compute, read, list }: Pick<Azure, 'compute' | 'read' | 'list'>): StandAloneMachines {
  const machines = ({ subscriptionId }: MachineAddress) => compute(subscriptionId).virtualMachines;
  const extensionsOn = ({ subscriptionId }: MachineAddress) =>
    compute(subscriptionId).virtualMachineExtensions;
  const get = async (machine: MachineAddress) => {
    const { resourceGroup, instanceId } = machine;
    return await finding(
      `VM ${instanceId}`,
      // Only with this expansion are user data shown, which are part of how the machine was asked for.
      async () => await machines(machine).get(resourceGroup, instanceId, { expand: 'userData' }),
    );
  };
  /** Undefined if there is no such machine; else whether it was as wanted already. */
  const areParts = async (machine: MachineAddress, fate: 'kept' | 'gone') => {
    const { resourceGroup, instanceId } = machine;
    const found = await get(machine);
    const change = found && partsChange(found, fate);
    if (!change) return found && true;
    const guard = found.etag === undefined ? {} : { ifMatch: found.etag };
    await asking(`parts of VM ${instanceId}`, async () => {
      await machines(machine).update(resourceGroup, instanceId, change, guard).submitted();
    });
    return false;
  };
  const remove: StandAloneMachines['remove'] = async (machine) => {
    const { resourceGroup, instanceId } = machine;
    await finding(`removal of VM ${instanceId}`, async () => {
      // Not by force: its disks and addresses are to be used again.
      await machines(machine).delete(resourceGroup, instanceId).submitted();
    });
  };
  const listExtensions = async (machine: MachineAddress, options: { readonly expand?: string }) => {
    const { resourceGroup, instanceId } = machine;
    return await asking(`extensions of VM ${instanceId}`, async () => {
      const { value = [] } = await extensionsOn(machine).list(resourceGroup, instanceId, options);
      return value;
    });
  };

  return {
    async blueprint(machine) {
      const found = await get(machine);
      if (!found) return undefined;
      const references = found.networkProfile?.networkInterfaces ?? [];
      const interfaces = await interfacePlans({ read }, machine.subscriptionId, references);
      const extensions = extensionBlueprints(await listExtensions(machine, {}));
      const [notAgain, notBeside] = [whyNotAgain(found), whyNotBeside(found, interfaces)];
      const locks = await locksOver({ list }, machine);
      const blueprint: Blueprint = {
        location: found.location,
        size: found.hardwareProfile?.vmSize ?? '',
        computerName: found.osProfile?.computerName ?? machine.instanceId,
        body: { machine: bodyOf(found), interfaces },
        extensions,
        ...(notAgain !== undefined && { notAgain }),
        ...(notBeside !== undefined && { notBeside }),
        ...(locks.length > 0 && { locked: locks.join(', ') }),
      };
      return blueprint;
    },

    ensurePartsKept: async (machine) => (await areParts(machine, 'kept')) ?? true,

    remove,

    async removeWithParts(machine) {
      let isReady = await areParts(machine, 'gone');
      // What Azure took a moment ago is what it goes by, as soon as it shows it.
      if (isReady === false)
        isReady = partsChange((await get(machine)) ?? { location: '' }, 'gone') === undefined;
      if (isReady === false)
        throw new AppError('AzureBusy', `the parts of VM ${machine.instanceId} are not ready to go`);
      await remove(machine);
    },

    async create(machine, wanted) {
      const { resourceGroup, instanceId } = machine;
      if (await isOurs(get, machine, wanted.tags[madeByTag])) return;
      const smallest = await osDiskGB({ compute }, wanted.imageVersionId);
      const body = newMachineBody(instanceId, wanted, smallest);
      try {
        await asking(`creation of VM ${instanceId}`, async () => {
          const isNew = { ifNoneMatch: '*' };
          await machines(machine).createOrUpdate(resourceGroup, instanceId, body, isNew).submitted();
        });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'Conflict') throw error;
        // Somebody was there between the two: another look of ours, or not.
        if (!(await isOurs(get, machine, wanted.tags[madeByTag]))) throw error;
      }
    },

    extensions: async (machine) =>
      (await listExtensions(machine, { expand: 'instanceView' })).map(extensionOf),

    async addExtension(machine, { name, body }, protectedSettings) {
      const { resourceGroup, instanceId } = machine;
      const asKept = body as unknown as VirtualMachineExtension;
      const { protectedSettingsFromKeyVault: _, ...open } = asKept;
      // Azure takes one of the two: what is stated now comes before what was stated then.
      const wanted = protectedSettings ? { ...open, protectedSettings } : asKept;
      await asking(`extension ${name} of VM ${instanceId}`, async () => {
        await extensionsOn(machine).createOrUpdate(resourceGroup, instanceId, name, wanted).submitted();
      });
    },
  };
}

/** False if there is none; what is there and not ours is refused. */
async function isOurs(
  get: (machine: MachineAddress) => Promise<{ readonly tags?: Readonly<Record<string, string>> } | undefined>,
  machine: MachineAddress,
  madeBy: string | undefined,
): Promise<boolean> {
  const found = await get(machine);
  if (!found) return false;
  if (madeBy !== undefined && found.tags?.[madeByTag] === madeBy) return true;
  const { instanceId, resourceGroup } = machine;
  throw new AppError(
    'NameTaken',
    `There is a machine ${instanceId} in ${resourceGroup} already that was not made by this work`,
    { target: instanceId },
  );
}

function extensionOf({ name, provisioningState = '', instanceView }: VirtualMachineExtension): Extension {
  const messages = (instanceView?.statuses ?? []).flatMap(({ message }) => message ?? []);
  return { name: lastSegment(name), provisioningState, message: messages.join('\n') };
}
