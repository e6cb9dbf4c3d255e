import type { InstanceViewStatus, VirtualMachine, VirtualMachineInstanceView } from '@azure/arm-compute';
import { type Machine, type MachineRef, type Machines, ownerTag } from '../images/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { machineBody } from './virtual-machine-body.ts';

/** Build VMs: each call only starts its work, and `find` tells how it stands. */
export function virtualMachines({ compute }: Pick<Azure, 'compute'>): Machines {
  const on = ({ subscriptionId }: MachineRef) => compute(subscriptionId).virtualMachines;
  return {
    async find(ref) {
      const { resourceGroup, name } = ref;
      const expand = { expand: 'instanceView' } as const;
      const found = await finding(`VM ${name}`, async () => await on(ref).get(resourceGroup, name, expand));
      return found && machineOf(found);
    },

    async create({ subscriptionId, resourceGroup, name }, wanted) {
      const tenantId = 'image' in wanted.from ? wanted.from.tenantId : undefined;
      const tenants = tenantId === undefined ? {} : { beside: tenantId };
      await asking(`creation of VM ${name}`, async () => {
        const { virtualMachines: machines } = compute(subscriptionId, tenants);
        // Never over one that is there by now: another look's, or somebody else's.
        const isNew = { ifNoneMatch: '*' };
        await machines.createOrUpdate(resourceGroup, name, machineBody(wanted), isNew).submitted();
      });
    },

    async start(ref) {
      await asking(`start of VM ${ref.name}`, async () => {
        await on(ref).start(ref.resourceGroup, ref.name).submitted();
      });
    },

    async restart(ref) {
      await asking(`restart of VM ${ref.name}`, async () => {
        await on(ref).restart(ref.resourceGroup, ref.name).submitted();
      });
    },

    async deallocate(ref) {
      await asking(`deallocation of VM ${ref.name}`, async () => {
        await on(ref).deallocate(ref.resourceGroup, ref.name).submitted();
      });
    },

    async generalize(ref) {
      await asking(`generalisation of VM ${ref.name}`, async () => {
        await on(ref).generalize(ref.resourceGroup, ref.name);
      });
    },

    async remove(ref) {
      await finding(`removal of VM ${ref.name}`, async () => {
        await on(ref).delete(ref.resourceGroup, ref.name).submitted();
      });
    },
  };
}

function machineOf(found: VirtualMachine): Machine {
  const { id = '', provisioningState = '', instanceView, tags } = found;
  const error = provisioningErrorOf(instanceView?.statuses ?? []);
  const agent = instanceView?.vmAgent?.statuses ?? [];
  const reported = agent.find(({ time }) => time)?.time;
  return {
    id,
    provisioningState,
    ...(error !== undefined && { provisioningError: error }),
    power: powerOf(instanceView),
    agentReady: agent.some(({ displayStatus }) => displayStatus === 'Ready'),
    ...(reported && { agentReportedAt: reported.toISOString() }),
    generalized: isGeneralized(instanceView),
    owner: tags?.[ownerTag],
  };
}

function provisioningErrorOf(statuses: readonly InstanceViewStatus[]): string | undefined {
  const failed = statuses.find(({ code }) => /^ProvisioningState\/failed/i.test(code ?? ''));
  if (!failed) return undefined;
  const code = failed.code?.split('/')[2];
  return [code, failed.message ?? failed.displayStatus].filter(Boolean).join(': ');
}

type View = Pick<VirtualMachineInstanceView, 'statuses'>;

/** Whether the machine runs, in the last words of its instance view. */
export function powerOf({ statuses = [] }: View = {}): Machine['power'] {
  const code = statuses
    .find((status) => /^PowerState\//i.test(status.code ?? ''))
    ?.code?.slice('PowerState/'.length);
  return code === 'running' || code === 'stopped' || code === 'deallocated' ? code : 'changing';
}

export function isGeneralized({ statuses = [] }: View = {}): boolean {
  return statuses.some(({ code }) => code?.toLowerCase() === 'osstate/generalized');
}
