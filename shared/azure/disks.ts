import type { CreationData, Disk, Snapshot } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import { type Copy, isVhd, type OsDisk } from '../images/bench.ts';
import { ownerTag } from '../images/machine.ts';
import type { FoundPart, Parts } from '../images/parts.ts';
import { parseResourceId } from '../resource-id.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { networkApiVersion } from './virtual-machine-body.ts';

/** Disks, snapshots and NICs on the bench, by id: each call but `find` only starts its work. */
export function benchParts({ compute, list, erase }: Pick<Azure, 'compute' | 'list' | 'erase'>): Parts {
  return {
    async find(id) {
      const { type, subscriptionId, resourceGroup, name } = partsOf(id);
      const { disks, snapshots } = compute(subscriptionId);
      if (type === 'disks') {
        return foundPart(await finding(`disk ${name}`, async () => await disks.get(resourceGroup, name)));
      }
      if (type === 'snapshots') {
        return foundPart(
          await finding(`snapshot ${name}`, async () => await snapshots.get(resourceGroup, name)),
        );
      }
      // Azure adds to the name that it was told, so that nobody knows it beforehand.
      const all = await finding(`NICs of ${resourceGroup}`, async () => {
        const group = id.slice(0, id.lastIndexOf('/'));
        return (await list(subscriptionId, group, networkApiVersion)) as readonly Nic[];
      });
      return foundNic(all ?? [], name);
    },

    async create(id, { owner, location, from, os }) {
      const { type, subscriptionId, resourceGroup, name } = partsOf(id);
      const { disks, snapshots } = compute(subscriptionId);
      const body = { location, tags: { [ownerTag]: owner }, creationData: creationData(from), ...osBody(os) };
      await asking(`${type === 'disks' ? 'disk' : 'snapshot'} ${name}`, async () => {
        if (type === 'disks') {
          const size = 'sizeGB' in from ? { diskSizeGB: from.sizeGB } : {};
          const disk: Disk = { ...body, ...size, sku: { name: 'StandardSSD_LRS' } };
          await disks.createOrUpdate(resourceGroup, name, disk).submitted();
        } else {
          // A full one, on the cheapest storage: that the gallery takes incremental ones no page says.
          const snapshot: Snapshot = { ...body, incremental: false, sku: { name: 'Standard_LRS' } };
          await snapshots.createOrUpdate(resourceGroup, name, snapshot).submitted();
        }
      });
    },

    async remove(id) {
      const { type, subscriptionId, resourceGroup, name } = partsOf(id);
      const { disks, snapshots } = compute(subscriptionId);
      await finding(`removal of ${name}`, async () => {
        if (type === 'disks') await disks.delete(resourceGroup, name).submitted();
        else if (type === 'snapshots') await snapshots.delete(resourceGroup, name).submitted();
        else await erase(subscriptionId, id, networkApiVersion);
      });
    },
  };
}

function partsOf(id: string) {
  const found = parseResourceId(id);
  if (!found) throw new AppError('AzureRefused', `${id} is not the id of a resource`);
  const { subscriptionId, resourceGroup, type, names } = found;
  return { subscriptionId, resourceGroup, type: type.split('/')[1], name: names[0] ?? '' };
}

function creationData(from: Copy['from']): CreationData {
  if ('sizeGB' in from) return { createOption: 'Empty' };
  return isVhd(from)
    ? { createOption: 'Import', sourceUri: from.uri, storageAccountId: from.storageAccountId }
    : { createOption: 'Copy', sourceResourceId: from.id };
}

/** A copy has all this from its source, and Azure takes it for nothing else than a VHD. */
function osBody(os: OsDisk | undefined): Partial<Disk & Snapshot> {
  if (!os) return {};
  const { osType, generation, architecture, securityType, plan } = os;
  return {
    osType,
    hyperVGeneration: generation,
    supportedCapabilities: { architecture },
    ...(securityType === 'TrustedLaunch' && { securityProfile: { securityType } }),
    ...(plan && { purchasePlan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
  };
}

function foundPart(found: Disk | Snapshot | undefined): FoundPart | undefined {
  if (!found) return undefined;
  const { id = '', tags, provisioningState = '', completionPercent } = found;
  const error = 'copyCompletionError' in found ? found.copyCompletionError : undefined;
  return {
    id,
    owner: tags?.[ownerTag],
    provisioningState,
    ...(error && { error: `${error.errorCode}: ${error.errorMessage}` }),
    ...(completionPercent !== undefined && { completionPercent }),
  };
}

interface Nic {
  readonly id?: string;
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: { readonly provisioningState?: string };
}

/** One that is so named; one that is tagged before one that is not. */
function foundNic(all: readonly Nic[], wanted: string): FoundPart | undefined {
  const named = all.filter(({ name = '' }) => name === wanted || name.startsWith(`${wanted}-`));
  const found = named.find(({ tags }) => tags?.[ownerTag] !== undefined) ?? named[0];
  if (!found) return undefined;
  const { id = '', tags, properties } = found;
  return { id, owner: tags?.[ownerTag], provisioningState: properties?.provisioningState ?? '' };
}
