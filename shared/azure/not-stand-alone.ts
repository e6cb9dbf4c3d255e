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
