import { ArmError } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { ownerOf } from './content.ts';
import { machineOf } from './machine.ts';

/** Refuses a source whose own making has not ended well. */
export function refuseUnready({ name, properties }: Resource<object>): void {
  if (properties.provisioningState === 'Succeeded') return;
  throw new ArmError(
    409,
    'Conflict',
    `The source '${name}' is in provisioning state '${properties.provisioningState}'.`,
  );
}

/**
 * Snapshots of a running machine's disk are documented ("Create a snapshot of a virtual hard disk"); of direct
 * copies the documents say nothing, so they are refused, in the words for exports (AzureStorageExplorer#5994).
 */
export function refuseRunning(world: World, disk: Resource<object>): void {
  const vm = ownerOf(world, disk);
  if (!vm || machineOf(vm).guest.power === 'deallocated') return;
  throw new ArmError(
    409,
    'Conflict',
    `Access not permitted because disk ${disk.name} is currently attached to running VM ${vm.id}.`,
  );
}
