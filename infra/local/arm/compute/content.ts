import type { Resource } from '../core/resources.ts';
import { sameId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import type { Captured } from './captured.ts';
import type { Image } from './image.ts';
import { machineOf, VM_TYPE, type Machine, type VmProperties } from './machine.ts';

/** The operating system on a disk, wherever that disk lies: attached, copied, in a snapshot, in a blob. */
export type OsContent = Pick<Image, 'osType' | 'generation' | 'architecture' | 'facts'> & {
  /** Sysprep, or `waagent -deprovision`, has finished in it; Azure cannot see this from outside. */
  readonly sealed: boolean;
};

const contents = new WeakMap<object, OsContent>();

/** Puts an operating system on a disk, into a snapshot or a managed image. */
export function setContent(holder: Resource<object>, content: OsContent): void {
  contents.set(holder, content);
}

/** What is on it now; undefined for data disks. The disk of a machine changes as its guest does. */
export function contentOf(world: World, holder: Resource<object>): OsContent | undefined {
  const machine = machineWithOsDisk(world, holder);
  return machine ? contentOfMachine(machine) : contents.get(holder);
}

/** What a copy of a machine's OS disk would hold, taken at this moment. */
export function contentOfMachine({ guest, image }: Machine): OsContent {
  const { osType, generation, architecture } = image;
  return { osType, generation, architecture, sealed: guest.isSealed(), facts: new Map(guest.facts) };
}

/** A sealed system must be provisioned to come up, one that is not sealed must not be. */
export function capturedAs(
  content: OsContent,
  osState: Image['osState'],
  sizeInGB: number,
): Omit<Captured, 'dataDisks'> {
  const { sealed, ...kept } = content;
  return { ...kept, sizeInGB, boots: osState === 'Generalized' ? sealed : !sealed };
}

/** The VM a disk is attached to, deallocated or not. */
export function ownerOf(world: World, disk: Resource<object>): Resource<VmProperties> | undefined {
  const id = disk.fields['managedBy'];
  const owner = typeof id === 'string' ? world.resources.find<VmProperties>(id) : undefined;
  return owner?.type === VM_TYPE ? owner : undefined;
}

function machineWithOsDisk(world: World, disk: Resource<object>): Machine | undefined {
  const vm = ownerOf(world, disk);
  if (!vm || !sameId(vm.properties.storageProfile.osDisk.managedDisk.id, disk.id)) return undefined;
  return machineOf(vm);
}
