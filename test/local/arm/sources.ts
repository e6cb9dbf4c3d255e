import type { GalleryImage, GalleryImageVersion, VirtualMachine } from '@azure/arm-compute';
import { computeId, done, GROUP, REGION, startAzure, SUBSCRIPTION, type Azure } from './azure.ts';
import { definitionBody, versions, vmBody } from './bench.ts';

/** A cloud with one of every source and a gallery to make versions in. */
export async function withSources(): Promise<Azure> {
  const azure = await startAzure({ sources: true });
  await done(azure, azure.compute.galleries.createOrUpdate(GROUP, 'gal', { location: REGION }));
  return azure;
}

const securityTypes = {
  trusted: 'TrustedLaunch',
  supported: 'TrustedLaunchSupported',
  standard: 'Standard',
} as const;

export type Kind = keyof typeof securityTypes;

/** A definition of this kind of security, named as the test likes. */
export async function define(
  azure: Azure,
  kind: Kind,
  changes: Partial<GalleryImage> = {},
  name = 'image',
): Promise<void> {
  const body = definitionBody({
    features: [{ name: 'SecurityType', value: securityTypes[kind] }],
    identifier: { publisher: 'contoso', offer: 'test', sku: name },
    ...changes,
  });
  await done(azure, azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', name, body));
}

export type Profile = NonNullable<GalleryImageVersion['storageProfile']>;

/** Asks for version 1.0.0 of the definition `image`. */
export function createFrom(azure: Azure, storageProfile: Profile, more: object = {}, location = REGION) {
  const publishingProfile = { targetRegions: [{ name: location, regionalReplicaCount: 1 }], ...more };
  const body = { location, storageProfile, publishingProfile };
  return versions(azure).createOrUpdate(GROUP, 'gal', 'image', '1.0.0', body);
}

export const VERSION = computeId('galleries/gal/images/image/versions/1.0.0');
export const ACCOUNT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/stimages`;
export const blobUri = (name: string) => `https://stimages.blob.core.windows.net/vhds/${name}.vhd`;
export const vhd = (name: string) => ({ uri: blobUri(name), storageAccountId: ACCOUNT });
export const snapshot = (name: string) => ({ id: computeId(`snapshots/${name}`) });
export const disk = (name: string) => ({ id: computeId(`disks/${name}`) });
export const sourceVersion = (name: string) => ({
  id: computeId(`galleries/gal_sources/images/${name}/versions/1.0.0`),
});
export const PARTNER_VERSION = {
  id:
    '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-partner/providers/Microsoft.Compute' +
    '/galleries/gal_partner/images/partner-win11/versions/1.0.0',
};
export const PARTNER_TENANT = '22222222-2222-2222-2222-222222222222';

/** A VM without anything to provision: from a specialized image, or on a disk that is there. */
export function unprovisioned(
  storageProfile: VirtualMachine['storageProfile'],
  securityType: 'Standard' | 'TrustedLaunch' = 'TrustedLaunch',
): VirtualMachine {
  const { osProfile: _, ...body } = vmBody({ securityType });
  return { ...body, ...(storageProfile && { storageProfile }) };
}

/** A VM on a disk that is there. */
export const onDisk = (
  name: string,
  securityType: 'Standard' | 'TrustedLaunch' = 'TrustedLaunch',
): VirtualMachine =>
  unprovisioned(
    {
      osDisk: { createOption: 'Attach', osType: 'Windows', managedDisk: disk(name), deleteOption: 'Delete' },
    },
    securityType,
  );
