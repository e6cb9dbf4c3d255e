import { requireRegion } from '../compute/regions.ts';
import { required } from '../compute/writing.ts';
import { ArmError } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { findImage, refuseUnfit, withoutSecrets } from './image-rules.ts';
import { SCALE_SET, type Profile, type ScaleSet, type ScaleSetProperties } from './scale-set.ts';

/** What clients send in PUT and PATCH. */
export interface ScaleSetBody {
  readonly location?: string;
  readonly tags?: Record<string, string>;
  readonly sku?: { readonly name?: string; readonly tier?: string; readonly capacity?: number };
  readonly zones?: readonly string[];
  readonly properties?: Partial<ScaleSetProperties>;
}

/** Makes a scale set, still without instances, or refuses it. */
export function newScaleSet(world: World, call: Call, body: ScaleSetBody): ScaleSet {
  const { tags, sku, zones, properties = {} } = body;
  const location = requireRegion(body.location, SCALE_SET);
  required('sku.name', sku?.name);
  required('sku.capacity', sku?.capacity);
  const profile = checkedProfile(world, call, location, properties);
  return world.resources.put<ScaleSetProperties>({
    id: call.path,
    type: SCALE_SET,
    location,
    tags,
    fields: { sku: { tier: 'Standard', ...sku }, ...(zones && { zones }) },
    properties: {
      singlePlacementGroup: true,
      overprovision: false,
      upgradePolicy: { mode: 'Manual' },
      ...properties,
      orchestrationMode: 'Uniform',
      virtualMachineProfile: withoutSecrets(profile),
      uniqueId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      provisioningState: 'Creating',
    },
  });
}

function checkedProfile(
  world: World,
  call: Call,
  location: string,
  properties: Partial<ScaleSetProperties>,
): Profile {
  const { virtualMachineProfile: profile = {} } = properties;
  const { storageProfile, osProfile, networkProfile } = profile;
  const image = storageProfile?.imageReference;
  required('virtualMachineProfile.storageProfile.imageReference', image);
  required('osProfile', osProfile);
  required('networkProfile', networkProfile);
  refuseUnsimulated(properties);
  refuseUnfit(findImage(world, image ?? {}, location, call.path).image, profile);
  return profile;
}

/** Azure can, this simulator cannot: it says so instead of behaving differently. */
export function refuseUnsimulated(properties: Partial<ScaleSetProperties>): void {
  const { orchestrationMode = 'Uniform', upgradePolicy } = properties;
  const mode = upgradePolicy?.mode ?? 'Manual';
  if (orchestrationMode === 'Uniform' && mode === 'Manual') return;
  const what =
    orchestrationMode === 'Uniform'
      ? `upgrade policy '${mode}'`
      : `orchestration mode '${orchestrationMode}'`;
  throw new ArmError(400, 'NotSimulated', `This simulator knows no scale sets with ${what}.`);
}
