import { ArmError } from '../core/arm-error.ts';
import { regionName, sameId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { accountOf, ACCOUNT_TYPE, findBlob, FOOTER, type Blob } from '../storage/blobs.ts';
import { invalid } from './writing.ts';

interface Import {
  readonly uri: string;
  readonly storageAccountId: string;
  readonly location: string;
}

/** The VHD in a blob, or Azure's refusal of it: it must be a page blob, whole megabytes and a footer, in the region. */
export function requireVhd(
  world: World,
  { uri, storageAccountId, location }: Import,
): Blob & { readonly sizeInGB: number } {
  const account = world.resources.find(storageAccountId);
  if (!account || account.type !== ACCOUNT_TYPE || !sameId(accountOf(world, uri)?.id, account.id)) {
    throw invalid(
      'storageAccountId',
      storageAccountId,
      `It must be the id of the storage account that holds the blob ${uri}.`,
    );
  }
  if (regionName(account.location ?? '') !== location) {
    throw new ArmError(
      400,
      'BadRequest',
      `Source blob ${uri} is in region '${account.location}', but must be in region '${location}' of the resource that is ` +
        'made from it.',
    );
  }
  const blob = findBlob(world, uri);
  if (!blob) throw new ArmError(404, 'BlobNotFound', `The source blob ${uri} does not exist.`);
  // The documents ask for a page blob; what Azure says of any other is in MicrosoftDocs/azure-docs#29268.
  if (blob.kind !== 'PageBlob' || blob.sizeBytes <= FOOTER) {
    throw new ArmError(400, 'BadRequest', 'Only blobs formatted as VHDs can be imported.');
  }
  const bytes = blob.sizeBytes - FOOTER;
  if (bytes % 2 ** 20 !== 0) {
    throw new ArmError(
      400,
      'InvalidVhd',
      `The VHD ${uri} has an unsupported virtual size of ${bytes} bytes. The size must be a whole number (in MBs).`,
    );
  }
  return { ...blob, sizeInGB: Math.ceil(bytes / 2 ** 30) };
}
