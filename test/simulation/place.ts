import type { AdmissionWatch } from '../support/admission-watch.ts';
import type { SmallAzure } from '../support/small-azure.ts';

/** One host pool over its scale set, both called by the same name, and who watches what is admitted there. */
export interface Place {
  readonly name: string;
  readonly azure: SmallAzure;
  readonly watch: AdmissionWatch;
  /** How many machines it had before anybody did anything. */
  size: number;
}

/** By what Azure is asked for a scale set, a resource group of machines or a host pool, and so the place. */
export type Address =
  | { readonly scaleSet?: string; readonly resourceGroup: string }
  | { readonly hostPool: string };

export function placeOf(address: Address): string {
  return 'hostPool' in address ? address.hostPool : (address.scaleSet ?? address.resourceGroup);
}

/** What Azure calls the machine of that number. */
export function machineIn({ azure }: Place, number: string): string {
  return azure.kind === 'uniform' ? number : `avd-${number}`;
}
