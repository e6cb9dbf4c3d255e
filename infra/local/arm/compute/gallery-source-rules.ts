import type { IncomingHttpHeaders } from 'node:http';
import { ArmError } from '../core/arm-error.ts';
import { isResourceId, regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { securityTypeOf, type DefinitionProperties } from './definition.ts';
import type { Image, Plan } from './image.ts';

// Texts: "Troubleshoot images in an Azure Compute Gallery", section "Creating or updating image versions".

/** The version that is to be made: where, of which definition, and by whom. */
export interface NewVersion {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly definition: Resource<DefinitionProperties>;
  readonly location: string;
}

export type SourceKind = 'vm' | 'disk' | 'snapshot' | 'vhd' | 'managed image' | 'version';

/** What is known from outside of the system that a version is to be made of; undefined where Azure cannot know. */
export interface SourceTraits {
  readonly kind: SourceKind;
  readonly id: string;
  readonly osType?: Image['osType'] | undefined;
  readonly generation?: Image['generation'] | undefined;
  readonly architecture?: Image['architecture'] | undefined;
  readonly osState?: Image['osState'] | undefined;
  readonly securityType?: string | undefined;
  readonly plan?: Plan | undefined;
}

/** Refuses a source that is of another kind than the definition says. */
export function refuseUnlike(source: SourceTraits, { properties }: Resource<DefinitionProperties>): void {
  const { id, osState, kind } = source;
  const { osType, hyperVGeneration = 'V1', architecture = 'x64' } = properties;
  if (osState !== undefined && osState !== properties.osState) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `Cannot create Gallery Image Version from: ${id} since the OS State in the parent gallery image ` +
        `(${properties.osState}) is not ${osState}`,
    );
  }
  if (source.osType !== undefined && source.osType !== osType) {
    throw new ArmError(
      409,
      'Conflict',
      `The resource with id '${id}' has a different OS type ['${source.osType}'] than the parent gallery image OS type ` +
        `generation ['${osType}']`,
    );
  }
  refuseOther('Hypervisor generation', id, source.generation, hyperVGeneration);
  refuseOther('architecture', id, source.architecture, architecture);
  refuseSecurity(source, securityTypeOf(properties));
  // A blob says nothing of a plan.
  if (kind !== 'vhd') refuseOther('plan', id, planText(source.plan), planText(properties.purchasePlan));
}

const ONLY: Readonly<Record<'supported' | 'trusted', { kinds: readonly SourceKind[]; names: string }>> = {
  supported: {
    kinds: ['vhd', 'managed image', 'version'],
    names: 'Vhd Blob, User Image and Gallery Image Version',
  },
  trusted: { kinds: ['vm', 'disk', 'snapshot'], names: 'Virtual Machine, Managed Disk and Snapshot' },
};

/**
 * "Trusted Launch for Azure VMs", Azure Compute Gallery: a VM, its disk or a snapshot of it carries the state of its
 * vTPM and goes into `TrustedLaunch`; VHDs, managed images and versions carry none and go into `…Supported`. The text
 * for the second is Azure's (packer-plugin-azure#304), that for the first is made after it.
 */
function refuseSecurity({ kind, id, securityType = 'Standard' }: SourceTraits, parent: string): void {
  if (parent !== 'Standard') {
    const { kinds, names } = ONLY[/Supported$/i.test(parent) ? 'supported' : 'trusted'];
    if (!kinds.includes(kind)) {
      throw new ArmError(
        400,
        'InvalidParameter',
        `The security type '${parent}' is not supported for the source id '${id}'. Currently only ${names} sources are ` +
          `supported for '${parent}' images.`,
        { target: 'galleryImageVersion.properties.storageProfile.source.id' },
      );
    }
  }
  // State of a vTPM can be neither invented nor dropped.
  const [own, wanted] = [securityType === 'TrustedLaunch', parent === 'TrustedLaunch'];
  if (own !== wanted || parent === 'ConfidentialVM') refuseOther('SecurityType', id, securityType, parent);
}

function refuseOther(what: string, id: string, source: string | undefined, parent: string): void {
  if (source === undefined || source.toLowerCase() === parent.toLowerCase()) return;
  throw new ArmError(
    409,
    'Conflict',
    `The resource with id '${id}' has a different ${what} ['${source}'] than the parent gallery image ${what} ` +
      `['${parent}'].`,
  );
}

function planText(plan: Plan | undefined): string {
  return plan ? `${plan.publisher}/${plan.product}/${plan.name}` : '';
}

/** The source, or Azure's refusal: one text for "is not there" and for "is in another region". */
export function requireThere<P extends object>(world: World, id: string, location: string): Resource<P> {
  const found = world.resources.find<P>(id);
  if (found && regionName(found.location ?? '') === location) return found;
  throw new ArmError(
    404,
    'NotFound',
    `Source ${id} is not found. Please check source exists, and is in the same region as gallery image version being created.`,
  );
}

/** Refuses text that is no resource id. */
export function requireId(id: string | undefined, path: string): string {
  if (id !== undefined && isResourceId(id)) return id;
  throw new ArmError(
    400,
    'LinkedInvalidPropertyId',
    `Property id '${id ?? ''}' at path 'properties.storageProfile.${path}' is invalid. Expect fully qualified resource Id ` +
      "that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
  );
}

/** A refusal that names the storage profile. */
export function wrong(message: string): ArmError {
  return new ArmError(400, 'InvalidParameter', message, {
    target: 'galleryImageVersion.properties.storageProfile',
  });
}
