import type { VirtualMachine, VirtualMachineInstanceView } from '@azure/arm-compute';
import { type Instant, minutesAfter } from '../instant.ts';
import { regionName } from '../resource-id.ts';
import type { FleetAddress, Model } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { locksOver } from './locks.ts';

/**
 * The machines of a resource group that are in no scale set, with their instance views. Azure gives those with a
 * list only for scale sets: here a second list, of the whole subscription, has the states.
 */
export async function standAloneList(
  { compute }: Pick<Azure, 'compute'>,
  now: () => Instant,
  fleet: FleetAddress,
): Promise<VirtualMachine[]> {
  const { subscriptionId, resourceGroup } = fleet;
  const found = await asking(
    `machines of ${resourceGroup}`,
    async () => await machinesOf({ compute }, fleet),
  );
  if (found.length === 0) return [];
  const views = await asking(`state of the machines of ${subscriptionId}`, async () => {
    const views = new Map<string, VirtualMachineInstanceView>();
    const statuses = compute(subscriptionId).virtualMachines.listAll({ statusOnly: 'true' });
    for await (const { id = '', instanceView } of statuses) {
      if (instanceView) views.set(id.toLowerCase(), instanceView);
    }
    return views;
  });
  const complete: VirtualMachine[] = [];
  for (const machine of found) {
    const seen = views.get(machine.id?.toLowerCase() ?? '');
    const instanceView = await withAgent({ compute }, now, fleet, machine, seen);
    complete.push({ ...machine, ...(instanceView && { instanceView }) });
  }
  return complete;
}

/** Until then a new machine's agent may be what somebody waits for. */
const isNewMinutes = 120;

/**
 * Whether the list of states has those of agents, no document says. Where it has not, a machine that is new is asked
 * itself; of any other that runs it is taken that its agent does.
 */
async function withAgent(
  { compute }: Pick<Azure, 'compute'>,
  now: () => Instant,
  { subscriptionId, resourceGroup }: FleetAddress,
  { name = '', timeCreated }: VirtualMachine,
  view: VirtualMachineInstanceView | undefined,
): Promise<VirtualMachineInstanceView | undefined> {
  const runs = view?.statuses?.some(({ code }) => code?.toLowerCase() === 'powerstate/running') ?? false;
  if (!runs || view?.vmAgent) return view;
  if (timeCreated && minutesAfter(timeCreated.toISOString(), isNewMinutes) < now()) {
    return { ...view, vmAgent: { statuses: [{ displayStatus: 'Ready' }] } };
  }
  return await finding(
    `state of VM ${name}`,
    async () => await compute(subscriptionId).virtualMachines.instanceView(resourceGroup, name),
  );
}

/** A resource group lies in a region of its own: what counts is where most of its machines are. */
export async function standAloneModel(
  { compute, read, list }: Pick<Azure, 'compute' | 'read' | 'list'>,
  fleet: FleetAddress,
): Promise<Model | undefined> {
  const { subscriptionId, resourceGroup } = fleet;
  const found = await finding(`machines of ${resourceGroup}`, async () => {
    const machines = await machinesOf({ compute }, fleet);
    return mostOf(machines) ?? (await groupLocation(read, subscriptionId, resourceGroup));
  });
  if (found === undefined) return undefined;
  const locks = await locksOver({ list }, fleet);
  return { kind: 'stand-alone', location: found, imageVersionId: '', provisioningState: 'Succeeded', locks };
}

async function machinesOf(
  { compute }: Pick<Azure, 'compute'>,
  { subscriptionId, resourceGroup }: FleetAddress,
): Promise<VirtualMachine[]> {
  const found: VirtualMachine[] = [];
  for await (const machine of compute(subscriptionId).virtualMachines.list(resourceGroup)) {
    if (!machine.virtualMachineScaleSet) found.push(machine);
  }
  return found;
}

function mostOf(machines: readonly VirtualMachine[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { location } of machines) {
    const name = regionName(location);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/** Where there is no machine yet. */
async function groupLocation(read: Azure['read'], subscriptionId: string, resourceGroup: string) {
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const { location = '' } = (await read(subscriptionId, id, '2021-04-01')) as { readonly location?: string };
  return regionName(location);
}
