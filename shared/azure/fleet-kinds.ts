import type { FleetAddress, FleetKind } from '../rollouts/fleet.ts';
import type { Azure } from './clients.ts';
import { scaleSets } from './scale-sets.ts';

/** How Azure keeps the machines of a fleet: asked once, because a scale set is never changed from one to the other. */
export interface FleetKinds {
  readonly of: (fleet: FleetAddress & { readonly instanceId?: string }) => Promise<FleetKind>;
  /** Undefined if it was neither asked nor told before. */
  readonly known: (fleet: FleetAddress) => FleetKind | undefined;
  readonly learn: (fleet: FleetAddress, kind: FleetKind) => void;
}

/** Remembers for as long as the process lives; whoever shares it asks once together. */
export function fleetKinds(azure: Pick<Azure, 'compute'>): FleetKinds {
  const learned = new Map<string, FleetKind>();
  const known: FleetKinds['known'] = (fleet) =>
    fleet.scaleSet === undefined ? 'stand-alone' : learned.get(keyOf(fleet));
  const { model } = scaleSets(azure);
  return {
    known,
    learn: (fleet, kind) => {
      learned.set(keyOf(fleet), kind);
    },
    async of(fleet) {
      const kind = known(fleet) ?? (isNumber(fleet.instanceId) ? 'uniform' : undefined);
      if (kind) return kind;
      const found = await model(fleet);
      // It is gone: whoever asks after one of its machines by name hears so from the machine's own address.
      if (!found) return fleet.instanceId === undefined ? 'uniform' : 'flexible';
      learned.set(keyOf(fleet), found.kind);
      return found.kind;
    },
  };
}

/** Azure numbers the instances of Uniform scale sets. No Windows machine may have a name of digits alone. */
function isNumber(instanceId: string | undefined): boolean {
  return instanceId !== undefined && /^\d+$/.test(instanceId);
}

function keyOf({ subscriptionId, resourceGroup, scaleSet }: FleetAddress): string {
  return [subscriptionId, resourceGroup, scaleSet].join('/').toLowerCase();
}
