import type { AdmissionWatch } from '../support/admission-watch.ts';
import type { SmallAzure } from '../support/small-azure.ts';

/** One host pool over its scale set, both called by the same name, and who watches what is admitted there. */
export interface Place {
  readonly name: string;
  readonly azure: SmallAzure;
  readonly watch: AdmissionWatch;
}

/** The name by which Azure is asked for a scale set or a host pool, and so the place. */
export type Address = { readonly scaleSet: string } | { readonly hostPool: string };

export function placeOf(address: Address): string {
  return 'scaleSet' in address ? address.scaleSet : address.hostPool;
}
