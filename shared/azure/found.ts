import type { PurchasePlan } from '../images/source.ts';
import { regionName } from '../resource-id.ts';

type Text<K extends string> = { readonly [name in K]?: string };

/** What is asked of every resource that a version can be made from. */
export function resourceOf({
  id = '',
  location = '',
  provisioningState = '',
}: Text<'id' | 'location' | 'provisioningState'>) {
  return { id, location: regionName(location), provisioningState };
}

/** A purchase plan, if there is a whole one. */
export function planOf({ name, product, publisher }: Text<'name' | 'product' | 'publisher'> = {}):
  | PurchasePlan
  | undefined {
  return name && product && publisher ? { name, product, publisher } : undefined;
}
