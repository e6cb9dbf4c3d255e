import { brokerOf } from '../../../../infra/local/arm/avd/broker.ts';
import type { HostPoolProperties } from '../../../../infra/local/arm/avd/host-pool.ts';
import { peopleOf } from '../../../../infra/local/arm/avd/people.ts';
import { SUBSCRIPTION } from '../../../../infra/local/arm/fleet.ts';
import { flexibleMachinesOf } from '../../../../infra/local/arm/scale-sets/flexible-machines.ts';
import { findImage } from '../../../../infra/local/arm/scale-sets/image-rules.ts';
import type { ScaleSetProperties } from '../../../../infra/local/arm/scale-sets/scale-set.ts';
import { GROUP, legacy, type Cloud } from './cloud.ts';

interface Wanted {
  readonly hosts: number;
  readonly people: number;
  readonly assignment?: 'Automatic' | 'Direct';
  readonly startVMOnConnect?: boolean;
}

/** Puts a personal pool into a cloud that has a Flexible scale set to borrow machines of; answers its hosts' names. */
export async function personalPool(cloud: Cloud, name: string, wanted: Wanted): Promise<string[]> {
  const { hosts, people, assignment, startVMOnConnect = false } = wanted;
  await cloud.desktops.hostPools.createOrUpdate(GROUP, name, {
    location: 'westeurope',
    hostPoolType: 'Personal',
    loadBalancerType: 'Persistent',
    preferredAppGroupType: 'Desktop',
    startVMOnConnect,
    ...(assignment && { personalDesktopAssignmentType: assignment }),
  });
  const { world } = cloud.arm;
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers`;
  const pool = world.resources.require<HostPoolProperties>(
    `${group}/Microsoft.DesktopVirtualization/hostPools/${name}`,
  );
  const scaleSet = world.resources.require<ScaleSetProperties>(
    `${group}/Microsoft.Compute/virtualMachineScaleSets/vmss-flex`,
  );
  const found = findImage(world, { id: legacy }, 'westeurope', scaleSet.id);
  const made = Array.from({ length: hosts }, () =>
    brokerOf(world).seed(pool, flexibleMachinesOf(world).add(scaleSet, found, true)),
  );
  peopleOf(world).populate(pool, people, { alreadyIn: true, habits: { leavesDisconnected: 0 }, seed: 5 });
  brokerOf(world).resetMeasure(pool);
  return made.map((host) => host.name);
}
