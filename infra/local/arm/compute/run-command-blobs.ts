import type { World } from '../core/world.ts';
import { appendBlob } from './guest/blobs-written.ts';
import type { Outcome } from './script.ts';

interface ManagedIdentity {
  readonly clientId?: string;
  readonly objectId?: string;
}

/** Where a run command's whole output goes, and as whom. */
export interface Blobs {
  readonly outputBlobUri?: string;
  readonly errorBlobUri?: string;
  readonly outputBlobManagedIdentity?: ManagedIdentity;
  readonly errorBlobManagedIdentity?: ManagedIdentity;
}

interface VmIdentity {
  readonly type?: string;
  readonly userAssignedIdentities?: object;
}

/** Why the blobs cannot be written to; undefined when they can, or when there are none. */
export function blobsRefused(blobs: Blobs, identity: unknown): string | undefined {
  return (
    refused(blobs.outputBlobUri, blobs.outputBlobManagedIdentity, identity) ??
    refused(blobs.errorBlobUri, blobs.errorBlobManagedIdentity, identity)
  );
}

/** "…use a SAS URI with read, append, create, write access or use managed identity to provide the VM access". */
function refused(
  uri: string | undefined,
  wanted: ManagedIdentity | undefined,
  identity: unknown,
): string | undefined {
  if (uri === undefined || uri === '' || /[?&]sig=/.test(uri)) return undefined;
  if (!wanted)
    return `Failed to create the append blob ${uri}: 403 This request is not authorized to perform this operation.`;
  const { type = 'None', userAssignedIdentities = {} } = (identity ?? {}) as VmIdentity;
  const isOwn = wanted.clientId === undefined && wanted.objectId === undefined;
  const has = isOwn ? /SystemAssigned/i.test(type) : Object.keys(userAssignedIdentities).length > 0;
  if (has) return undefined;
  return `Failed to get a token for the append blob ${uri}: Identity not found. Make sure that the managed identity is added under the VM's identity.`;
}

/** The whole output, where instance views keep its last 4 KB. */
export function writeBlobs(
  world: World,
  { outputBlobUri, errorBlobUri }: Blobs,
  outcome: Partial<Outcome>,
): void {
  const { output = '', error = '' } = outcome;
  if (outputBlobUri !== undefined && outputBlobUri !== '') appendBlob(world, outputBlobUri, output);
  if (errorBlobUri !== undefined && errorBlobUri !== '') appendBlob(world, errorBlobUri, error);
}
