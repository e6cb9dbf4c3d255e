import { ArmError } from '../core/arm-error.ts';
import type { World } from '../core/world.ts';
import type { Image, ImageReference, Plan } from './image.ts';
import type { DataDisk, OsDisk, VmProperties } from './machine.ts';
import { checkNicConfiguration, requireFreeNic, type NicConfiguration } from './network.ts';
import { checkOsProfile, type OsProfile } from './os-profile.ts';
import { invalid, required } from './writing.ts';

type ManagedDisk = { id?: string; storageAccountType?: string };

/** `storageProfile` as it is sent. */
export interface WantedStorage {
  imageReference?: ImageReference;
  osDisk?: Partial<Omit<OsDisk, 'managedDisk'>> & { managedDisk?: ManagedDisk };
  dataDisks?: WantedDataDisk[];
  diskControllerType?: string;
}

export type WantedDataDisk = Partial<Omit<DataDisk, 'managedDisk'>> & { managedDisk?: ManagedDisk };

/** The body of a VM's PUT or PATCH. */
export interface VmBody {
  location?: string;
  tags?: Record<string, string>;
  plan?: Plan;
  zones?: string[];
  identity?: object;
  properties?: {
    hardwareProfile?: { vmSize?: string };
    storageProfile?: WantedStorage;
    osProfile?: OsProfile;
    securityProfile?: VmProperties['securityProfile'];
    networkProfile?: {
      networkApiVersion?: string;
      networkInterfaces?: {
        id?: string;
        properties?: { primary?: boolean; deleteOption?: 'Delete' | 'Detach' };
      }[];
      networkInterfaceConfigurations?: NicConfiguration[];
    };
    licenseType?: string;
    diagnosticsProfile?: Record<string, unknown>;
    availabilitySet?: { id: string };
    virtualMachineScaleSet?: { id: string };
    proximityPlacementGroup?: { id: string };
    hostGroup?: { id: string };
    host?: { id: string };
    capacityReservation?: Record<string, unknown>;
    additionalCapabilities?: Record<string, unknown>;
    priority?: string;
    evictionPolicy?: string;
    userData?: string;
  };
}

/** Refuses profiles that Azure would refuse before it makes anything. */
export function checkVmBody(
  world: World,
  id: string,
  body: VmBody,
  { image, osDisk }: { readonly image: Image; readonly osDisk?: object },
  location: string,
): void {
  const { osProfile, networkProfile, securityProfile } = body.properties ?? {};
  if (image.osState === 'Generalized') checkOsProfile(osProfile, image);
  else if (osProfile) {
    throw new ArmError(400, 'InvalidParameter', "Parameter 'osProfile' is not allowed.", {
      target: 'osProfile',
    });
  }
  checkPlacement(body);
  checkNetworkProfile(world, id, networkProfile, location);
  const { securityType = 'Standard' } = securityProfile ?? {};
  if (osDisk) refuseOtherSecurity(securityType, image);
  checkSecurity(securityType, image);
  checkPlan(id, body.plan, image.plan);
}

type NetworkProfile = NonNullable<VmBody['properties']>['networkProfile'];

function checkNetworkProfile(world: World, id: string, profile: NetworkProfile, location: string): void {
  required('networkProfile', profile);
  const { networkInterfaces = [], networkInterfaceConfigurations: configurations = [] } = profile;
  const all = [...networkInterfaces, ...configurations];
  if (networkInterfaces.length > 0 && configurations.length > 0) {
    throw invalid(
      'networkProfile',
      Object.keys(profile),
      'Interfaces and configurations exclude each other.',
    );
  }
  if (all.length === 0) {
    throw new ArmError(400, 'InvalidParameter', 'Virtual Machine must have at least one network interface.', {
      target: 'networkProfile',
    });
  }
  if (configurations.length > 0) required('networkProfile.networkApiVersion', profile.networkApiVersion);
  if (all.length > 1 && all.filter(({ properties }) => properties?.primary).length !== 1) {
    throw invalid('networkProfile', all.length, 'Exactly one of several network interfaces must be primary.');
  }
  for (const nic of configurations) checkNicConfiguration(world, id, nic, location);
  for (const nic of networkInterfaces) requireFreeNic(world, nic.id ?? '', { id, location });
}

/** A VM stands in a zone, in an availability set or in a scale set of its own kind; the documents exclude both at once. */
function checkPlacement({ zones = [], properties = {} }: VmBody): void {
  const { availabilitySet, virtualMachineScaleSet } = properties;
  if (!availabilitySet || (zones.length === 0 && !virtualMachineScaleSet)) return;
  throw new ArmError(
    400,
    'InvalidParameter',
    `The Availability Set '${availabilitySet.id}' cannot be used together with an availability zone or a scale set.`,
    { target: 'availabilitySet' },
  );
}

/** A disk that is taken over carries the state of a vTPM, or carries none. */
function refuseOtherSecurity(securityType: string, image: Image): void {
  if (securityType === image.securityType) return;
  throw new ArmError(
    400,
    'BadRequest',
    `Security type of VM is not compatible with the security type of attached OS Disk. ('${securityType}', ` +
      `'${image.securityType}')`,
  );
}

/** Azure's rules of which security type goes with which image ("Trusted Launch for Azure virtual machines"). */
function checkSecurity(securityType: string, image: Image): void {
  if (securityType !== 'Standard' && securityType !== 'TrustedLaunch') {
    throw invalid(
      'securityProfile.securityType',
      securityType,
      'This stand-in knows Standard and TrustedLaunch.',
    );
  }
  const wants = securityType === 'TrustedLaunch';
  if (!wants && image.securityType === 'TrustedLaunch') {
    throw new ArmError(
      400,
      'BadRequest',
      "The provided gallery image only supports creation of VMs and VM Scale Sets with 'TrustedLaunch' security type.",
    );
  }
  if (!wants || (image.generation === 'V2' && image.securityType.startsWith('TrustedLaunch'))) return;
  throw new ArmError(
    400,
    'BadRequest',
    'Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch Supported Gen2 OS ' +
      'Image. For more information, see https://aka.ms/TrustedLaunch-FAQ.',
  );
}

function checkPlan(id: string, given: Plan | undefined, wanted: Plan | undefined): void {
  const same = (['name', 'publisher', 'product'] as const).every((part) => given?.[part] === wanted?.[part]);
  if (same) return;
  const message = given
    ? 'Unable to deploy from the Marketplace image or a custom image sourced from Marketplace image. The part number in ' +
      `the purchase information for VM '${id}' is not as expected. Beware that the Plan object's properties are ` +
      'case-sensitive.'
    : 'Creating a virtual machine from Marketplace image or a custom image sourced from a Marketplace image requires Plan ' +
      `information in the request. VM: '${id}'.`;
  throw new ArmError(400, 'VMMarketplaceInvalidInput', message);
}
