import type { DefinitionProperties } from '../compute/definition.ts';
import { resolveImage } from '../compute/image-source.ts';
import type { Image } from '../compute/image.ts';
import { ArmError, type Json } from '../core/arm-error.ts';
import { isResourceId, parentOf, parseId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { imageOf, type ImageReference, type Profile, type ScaleSet } from './scale-set.ts';

/** An image a guest can be made from, and how an instance refers to it. */
export interface FoundImage {
  readonly image: Image;
  readonly reference: ImageReference;
}

/** The exact image that instances of a scale set would get in their region, or Azure's refusal. */
export function findImage(world: World, reference: ImageReference, location: string, id: string): FoundImage {
  const { subscriptionId } = parseId(id);
  const image = resolveImage(world, reference, { location, subscriptionId });
  return { image, reference: { ...reference, exactVersion: image.exactVersion } };
}

/**
 * Refuses to give a scale set an image of another kind than the one it was made with. Texts: azure-docs#89791
 * and "Troubleshoot problems with shared images", section "Creating or updating a VM or scale sets".
 */
export function refuseOtherKind(world: World, scaleSet: ScaleSet, next: ImageReference): void {
  const before = imageOf(scaleSet);
  if (kindOf(before) !== kindOf(next)) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      'The Image type for a Virtual Machine Scale Set may not be changed.',
    );
  }
  const state = osStateOf(world, next);
  const current = osStateOf(world, before) ?? 'Generalized';
  if (state === undefined || state === current) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Cannot update Virtual Machine Scale Set ${scaleSet.name} as the current OS state of the VM Scale Set is ${current} ` +
      `which is different from the updated gallery image OS state which is ${state}.`,
  );
}

/** Refuses an image that the machines' generation or security type cannot run. */
export function refuseUnfit({ generation, securityType, id }: Image, { securityProfile }: Profile): void {
  if (securityProfile?.securityType !== 'TrustedLaunch') return;
  if (generation !== 'V2') {
    throw new ArmError(
      400,
      'BadRequest',
      `The Virtual Machine Scale Set uses security type 'TrustedLaunch', which needs Hypervisor Generation 'V2', and ` +
        `the image '${id}' has Hypervisor Generation '${generation}'.`,
    );
  }
  if (/TrustedLaunch/i.test(securityType)) return;
  throw new ArmError(
    400,
    'BadRequest',
    'Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch supported ' +
      'Gen2 OS image.',
  );
}

/** Secrets that were sent in a profile are kept from every answer. */
export function withoutSecrets(profile: Profile): Profile {
  if (!profile.osProfile) return profile;
  const { adminPassword: _, customData: __, ...osProfile } = profile.osProfile as Json;
  return { ...profile, osProfile };
}

function kindOf({ id }: ImageReference): string {
  if (id === undefined) return 'marketplace';
  return isResourceId(id) && /\/galleries\//i.test(id) ? 'gallery' : 'managed image';
}

function osStateOf({ resources }: World, { id }: ImageReference): string | undefined {
  if (id === undefined || !isResourceId(id)) return undefined;
  const definition = parseId(id).names.length === 3 ? parentOf(id) : id;
  return resources.find<DefinitionProperties>(definition ?? '')?.properties.osState;
}
