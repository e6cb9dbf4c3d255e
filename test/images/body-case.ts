import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change of the example, the field that is wrong by it, and what is said of it. */
export type BodyCase = readonly [title: string, change: object, field: string, says: RegExp];

export const example = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../examples/sources/marketplace.json'), 'utf8'),
) as Readonly<Record<string, object>>;

export const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers';
export const compute = (type: string, name: string) => `${group}/Microsoft.Compute/${type}/${name}`;
export const disk = compute('disks', 'd');
export const snapshot = compute('snapshots', 's');
export const vm = compute('virtualMachines', 'v');
export const image = compute('images', 'i');
export const definition = compute('galleries/g/images', 'i');
export const account = `${group}/Microsoft.Storage/storageAccounts/stimages`;
export const uri = 'https://stimages.blob.core.windows.net/vhds/a.vhd';
export const vhd = { uri, storageAccountId: account };

export const generalized = { osState: 'Generalized' };
export const defined = (change: object) => ({ definition: { ...example['definition'], ...change } });
export const old = { hyperVGeneration: 'V1', securityType: 'Standard' };
export const supported = defined({ securityType: 'TrustedLaunchSupported' });
export const from = (source: object, more: object = {}) => ({ source, ...more });
export const withDisks = (...dataDisks: object[]) => ({ dataDisks });
export const empty = (lun: number, sizeGB = 8) => ({ lun, from: { empty: { sizeGB } } });
