import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import type { Machine, Machines } from '../../shared/hosts/machine.ts';
import type { Change } from '../../shared/workflow/store.ts';

interface Forgotten {
  readonly intentions?: true;
  readonly blueprint?: true;
}

/** What would be saved without what is taken away. */
export function forgetful({ intentions, blueprint }: Forgotten) {
  return (change: Change<Host, HostEvent>): Change<Host, HostEvent> | undefined => {
    if (intentions && change.event.type === 'stage-intended') return undefined;
    if (!blueprint) return change;
    const { blueprint: _, ...facts } = change.state.facts;
    return { ...change, state: { ...change.state, facts } };
  };
}

/** Every disk has the same id. */
export function blindToDisks(machines: Machines): Machines {
  const blinded = (machine: Machine) => ({ ...machine, osDiskId: 'a disk' });
  return {
    ...machines,
    read: async (address) => {
      const machine = await machines.read(address);
      return machine && blinded(machine);
    },
    list: async (scaleSet) => (await machines.list(scaleSet)).map(blinded),
  };
}
