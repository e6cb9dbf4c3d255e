import { parseResourceId } from '../resource-id.ts';
import type { ImageSetPlan } from './image-set.ts';
import { isRefusal } from './refusal.ts';
import type { Source } from './source.ts';
import { kindOfSource, wayOf } from './way.ts';

type Told = Pick<ImageSetPlan, 'subscriptionId' | 'definition' | 'source' | 'dataDisks' | 'recipe'>;

/** A field, as a path, and what is wrong with it. */
export type FieldRefusal = readonly [path: readonly string[], message: string];

/**
 * What of source, definition, data disks and recipe can never go together, whatever Azure holds. What depends on
 * the source itself is said when a version starts: `resolve`.
 */
export function sourceRefusals(set: Told): readonly FieldRefusal[] {
  const first = dataDisksRefusal(set) ?? inPlaceRefusal(set) ?? wayRefusal(set) ?? securityRefusal(set);
  return first ? [first] : [];
}

function dataDisksRefusal({ source, dataDisks, recipe }: Told): FieldRefusal | undefined {
  if (dataDisks.length === 0) return undefined;
  if ('vm' in source && source.vm.inPlace) {
    return [
      ['dataDisks'],
      'A VM that is used in place keeps the data disks it has: attach them to it instead.',
    ];
  }
  if ('managedImage' in source && recipe.length === 0) {
    return [
      ['dataDisks'],
      'Azure imports a managed image as it is: data disks beside it need a build VM, and so a recipe with a step.',
    ];
  }
  return undefined;
}

function inPlaceRefusal({ source, subscriptionId }: Told): FieldRefusal | undefined {
  if (!('vm' in source) || !source.vm.inPlace) return undefined;
  const its = parseResourceId(source.vm.id)?.subscriptionId;
  return its?.toLowerCase() === subscriptionId.toLowerCase()
    ? undefined
    : [
        ['source', 'vm', 'inPlace'],
        'A VM that is used in place must be in the subscription of the image set: use a copy of it.',
      ];
}

/** Only of these the owner says whether they are generalised; of the others Azure knows. */
function osStateOf(source: Source) {
  if ('disk' in source) return source.disk.osState;
  if ('snapshot' in source) return source.snapshot.osState;
  return 'vhd' in source ? source.vhd.osState : undefined;
}

function wayRefusal(set: Told): FieldRefusal | undefined {
  const osState = osStateOf(set.source);
  const way = osState && wayOf(set, osState);
  return isRefusal(way) ? [['source', kindOfSource(set.source), 'osState'], way[1]] : undefined;
}

function securityRefusal({ source, definition, recipe }: Told): FieldRefusal | undefined {
  const { securityType, osState } = definition;
  const kind = kindOfSource(source);
  const path = ['definition', 'securityType'];
  if (securityType === 'TrustedLaunch' && kind === 'managedImage') {
    return [
      path,
      'A TrustedLaunch definition takes no managed image: make it TrustedLaunchSupported or Standard.',
    ];
  }
  if (securityType !== 'TrustedLaunchSupported') return undefined;
  if (kind === 'vm' || kind === 'disk' || kind === 'snapshot') {
    return [path, `A TrustedLaunchSupported definition takes no ${kind}: make it TrustedLaunch or Standard.`];
  }
  const isBuilt =
    kind === 'marketplace' || recipe.length > 0 || (kind === 'vhd' && osStateOf(source) !== osState);
  return isBuilt
    ? [
        path,
        'A build VM cannot be captured into a TrustedLaunchSupported definition: make it TrustedLaunch or Standard, or ' +
          'import a VHD, managed image or gallery version with an empty recipe.',
      ]
    : undefined;
}
