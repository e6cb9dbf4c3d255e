import type { MachineAddress, StandAloneMachines } from '../hosts/machine.ts';

/** What is never asked of a machine in a scale set: whoever does has mistaken its way. */
export const notStandAlone: StandAloneMachines = {
  blueprint: neverAsked,
  ensurePartsKept: neverAsked,
  remove: neverAsked,
  removeWithParts: neverAsked,
  create: neverAsked,
  extensions: neverAsked,
  addExtension: neverAsked,
};

async function neverAsked({ scaleSet = '', instanceId }: MachineAddress): Promise<never> {
  throw new Error(`${instanceId} of scale set ${scaleSet} does not stand alone`);
}

/** The same, of machines of no scale set only: one of a set has a name too, and could be deleted by it. */
export function ofNoScaleSet(machines: StandAloneMachines): StandAloneMachines {
  const on = ({ scaleSet }: MachineAddress) => (scaleSet === undefined ? machines : notStandAlone);
  return {
    blueprint: async (machine) => await on(machine).blueprint(machine),
    ensurePartsKept: async (machine) => await on(machine).ensurePartsKept(machine),
    remove: async (machine) => await on(machine).remove(machine),
    removeWithParts: async (machine) => await on(machine).removeWithParts(machine),
    create: async (machine, wanted) => await on(machine).create(machine, wanted),
    extensions: async (machine) => await on(machine).extensions(machine),
    addExtension: async (machine, ...given) => await on(machine).addExtension(machine, ...given),
  };
}
