import { ArmError } from '../core/arm-error.ts';
import { regionName } from '../core/resource-id.ts';

/** The regions this Azure has. Galleries answer with the display name, all others with the short one. */
const REGIONS: Readonly<Record<string, string>> = {
  westeurope: 'West Europe',
  northeurope: 'North Europe',
  swedencentral: 'Sweden Central',
  germanywestcentral: 'Germany West Central',
  francecentral: 'France Central',
  uksouth: 'UK South',
  eastus: 'East US',
  eastus2: 'East US 2',
  westus: 'West US',
  westus2: 'West US 2',
  westus3: 'West US 3',
  centralus: 'Central US',
  southeastasia: 'Southeast Asia',
  australiaeast: 'Australia East',
  japaneast: 'Japan East',
};

/** `West Europe` for `westeurope`; what is unknown stays as it is. */
export function displayName(location: string): string {
  return REGIONS[regionName(location)] ?? location;
}

/** The short name; refuses what is no region, or no region of this type. */
export function requireRegion(location: string | undefined, type: string): string {
  if (!location) {
    throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
  }
  const name = regionName(location);
  if (REGIONS[name] !== undefined) return name;
  throw new ArmError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${location}' is not available for resource type '${type}'. List of available regions for ` +
      `the resource type is '${Object.keys(REGIONS).join(',')}'.`,
  );
}

/** The short names of all regions. */
export function allRegions(): string[] {
  return Object.keys(REGIONS);
}
