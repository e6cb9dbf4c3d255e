import { ArmError } from '../core/arm-error.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { capturedIn } from './captured.ts';
import { refuseUnready } from './source-state.ts';
import type { Image, Plan } from './image.ts';
import { invalid } from './writing.ts';

export const IMAGE_TYPE = 'Microsoft.Compute/images';

/** A managed image's properties. */
export interface ManagedImageProperties {
  sourceVirtualMachine?: { id?: string };
  storageProfile: { osDisk: ImageOsDisk; dataDisks: ImageDataDiskBody[]; zoneResilient?: boolean };
  hyperVGeneration: 'V1' | 'V2';
}

/** Where one disk of a managed image comes from: exactly one of the three. */
export interface ImageDiskSource {
  snapshot?: { id?: string };
  managedDisk?: { id?: string };
  blobUri?: string;
  diskSizeGB?: number;
  caching?: string;
  storageAccountType?: string;
}

export interface ImageOsDisk extends ImageDiskSource {
  osType?: 'Windows' | 'Linux';
  osState?: string;
}

export interface ImageDataDiskBody extends ImageDiskSource {
  lun?: number;
}

const plans = new WeakMap<object, Plan>();

/** The plan of what an image was made from goes along, though the image does not show it. */
export function setPlan(image: Resource<object>, plan: Plan | undefined): void {
  if (plan) plans.set(image, plan);
}

/** A managed image as something machines can be made from: always generalized, never Trusted Launch. */
export function imageInManaged(image: Resource<ManagedImageProperties>): Image {
  const { storageProfile, hyperVGeneration } = image.properties;
  const { osType = 'Windows', diskSizeGB = 127 } = storageProfile.osDisk;
  const { boots = true, facts = new Map(), dataDisks = [], ...captured } = capturedIn(image) ?? {};
  return {
    ...captured,
    id: image.id,
    exactVersion: '',
    osType,
    osState: 'Generalized',
    generation: hyperVGeneration,
    securityType: 'Standard',
    architecture: 'x64',
    plan: plans.get(image),
    sizeInGB: diskSizeGB,
    dataDisks,
    boots,
    facts,
  };
}

/** The managed image for a machine in its own region; elsewhere it cannot be used. */
export function managedImage(world: World, id: string, location: string): Image {
  const image = world.resources.find<ManagedImageProperties>(id);
  if (!image)
    throw new ArmError(404, 'NotFound', `The managed image '${id}' was not found.`, {
      target: 'imageReference',
    });
  if (regionName(image.location ?? '') !== regionName(location)) {
    throw invalid(
      'imageReference.id',
      id,
      `The image is in region '${image.location}', not in '${location}'.`,
    );
  }
  refuseUnready(image);
  return imageInManaged(image);
}
