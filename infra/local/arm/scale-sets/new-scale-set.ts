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
  const isFlex = properties.orchestrationMode === 'Flexible';
  const profile = checkedProfile(world, call, location, properties);
  return world.resources.put<ScaleSetProperties>({
    id: call.path,
    type: SCALE_SET,
    location,
    tags,
    fields: { sku: { tier: 'Standard', ...sku }, ...(zones && { zones }) },
    properties: {
      singlePlacementGroup: !isFlex,
      overprovision: false,
      upgradePolicy: { mode: 'Manual' },
      ...properties,
      orchestrationMode: isFlex ? 'Flexible' : 'Uniform',
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
  refuseUnfitMode(properties);
  refuseUnfit(findImage(world, image ?? {}, location, call.path).image, profile);
  return profile;
}

/** Azure can, this simulator cannot: it says so instead of behaving differently. */
export function refuseUnsimulated({ upgradePolicy }: Partial<ScaleSetProperties>): void {
  const mode = upgradePolicy?.mode ?? 'Manual';
  if (mode === 'Manual') return;
  throw new ArmError(
    400,
    'NotSimulated',
    `This simulator knows no scale sets with upgrade policy '${mode}'.`,
  );
}

/** What goes with one way of orchestration only ("Orchestration modes for Virtual Machine Scale Sets"). */
export function refuseUnfitMode(properties: Partial<ScaleSetProperties>): void {
  const { orchestrationMode = 'Uniform', platformFaultDomainCount, virtualMachineProfile } = properties;
  if (orchestrationMode === 'Uniform') return;
  if (orchestrationMode !== 'Flexible') throw unfit('orchestrationMode', 'it must be Uniform or Flexible');
  // Instances that were never asked for would be somebody's VMs.
  if (properties.overprovision === true)
    throw unfit('overprovision', 'Flexible scale sets do not overprovision');
  if (properties.singlePlacementGroup === true) {
    throw unfit('singlePlacementGroup', 'it must be false for a Flexible scale set');
  }
  required('platformFaultDomainCount', platformFaultDomainCount);
  // Other counts spread machines over fault domains; nothing here would differ by it.
  if (platformFaultDomainCount !== 1) {
    throw new ArmError(
      400,
      'NotSimulated',
      'This simulator knows Flexible scale sets with one fault domain.',
    );
  }
  const { networkApiVersion } = (virtualMachineProfile?.networkProfile ?? {}) as {
    networkApiVersion?: string;
  };
  required('virtualMachineProfile.networkProfile.networkApiVersion', networkApiVersion);
}

function unfit(target: string, why: string): ArmError {
  return new ArmError(400, 'InvalidParameter', `The value of parameter ${target} is invalid: ${why}.`, {
    target,
  });
}
