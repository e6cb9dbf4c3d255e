import { z } from 'zod';
import { parseResourceId } from '../resource-id.ts';
import type { DataDisk, Source } from './source.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
const osState = z.enum(['Generalized', 'Specialized']);

const kinds = {
  'microsoft.compute/galleries/images/versions': 'a gallery version: put it under galleryVersion',
  'microsoft.compute/galleries/images':
    'an image definition: add /versions/latest, or the number of a version',
  'microsoft.compute/virtualmachines': 'a VM: put it under vm',
  'microsoft.compute/images': 'a managed image: put it under managedImage',
  'microsoft.compute/disks': 'a managed disk: put it under disk',
  'microsoft.compute/snapshots': 'a snapshot: put it under snapshot',
} as const;

/** The ARM id of a resource of one type; of another, it says where that belongs. */
const resourceId = (type: string, wanted: string) =>
  text(1024).superRefine((id, context) => {
    const found = parseResourceId(id);
    if (found?.type === type.toLowerCase()) return;
    const other = found && kinds[found.type as keyof typeof kinds];
    const message = other
      ? `This is the id of ${other}.`
      : `The resource id of ${wanted}: /subscriptions/…/resourceGroups/…/providers/${type}/….`;
    context.addIssue({ code: 'custom', message });
  });

const Marketplace = z.strictObject({
  publisher: text(128),
  offer: text(64),
  sku: text(64),
  version: z
    .string()
    .regex(/^(latest|\d+\.\d+\.\d+)$/, 'latest, or an exact version such as 26100.4652.250709.'),
});

const GalleryVersion = z.strictObject({
  id: resourceId('Microsoft.Compute/galleries/images/versions', 'a gallery version').refine(
    (id) => /\/versions\/(latest|\d{1,10}\.\d{1,10}\.\d{1,10})$/i.test(id) || !/\/versions\//i.test(id),
    'It ends in /versions/latest or in /versions/ and three numbers, such as 1.4.0.',
  ),
  tenantId: z.guid('The id of a tenant.').exactOptional(),
});

const Vm = z.strictObject({
  id: resourceId('Microsoft.Compute/virtualMachines', 'a VM'),
  inPlace: z.boolean().default(false),
});

const ManagedImage = z.strictObject({ id: resourceId('Microsoft.Compute/images', 'a managed image') });
const Disk = z.strictObject({ id: resourceId('Microsoft.Compute/disks', 'a managed disk') });
const Snapshot = z.strictObject({ id: resourceId('Microsoft.Compute/snapshots', 'a snapshot') });

const vhdFields = {
  uri: text(1024)
    .regex(
      /^https:\/\/[a-z0-9]{3,24}\.blob\.[a-z0-9.-]+\/[^?#]+$|[?#]/i,
      'The address of a blob: https://<account>.blob.core.windows.net/<container>/<name>.vhd.',
    )
    .refine(
      (uri) => !/[?#]/.test(uri),
      'Without a query: a shared access signature is a secret. Let the app’s identity read the blob instead.',
    )
    .refine(
      (uri) => /\.vhd$/i.test(uri) || /[?#]/.test(uri),
      'A .vhd: Azure takes neither VHDX nor other forms.',
    ),
  storageAccountId: resourceId('Microsoft.Storage/storageAccounts', 'a storage account'),
};

/** Azure asks for both, and means the same account by them. */
const oneAccount = ({ uri, storageAccountId }: { uri: string; storageAccountId: string }) => {
  const named = parseResourceId(storageAccountId)?.names[0]?.toLowerCase();
  return named === undefined || !uri.includes('://') || uri.toLowerCase().startsWith(`https://${named}.`);
};
const otherAccount = {
  path: ['storageAccountId'],
  error: 'This is another storage account than the one in uri.',
};

const DataVhd = z.strictObject(vhdFields).refine(oneAccount, otherAccount);
const Vhd = z.strictObject({ ...vhdFields, osState }).refine(oneAccount, otherAccount);

/** An object of which exactly one of the fields is given; the message names them all. */
function exactlyOne(given: object, what: string, all: readonly string[], context: z.RefinementCtx): void {
  const named = Object.keys(given);
  if (named.length === 1) return;
  const list = all.join(', ');
  const message =
    named.length === 0
      ? `Name ${what}: one of ${list}.`
      : `Name one of ${list}, not ${named.length}: ${named.join(', ')}.`;
  context.addIssue({ code: 'custom', message });
}

const sourceFields = {
  marketplace: Marketplace.exactOptional(),
  galleryVersion: GalleryVersion.exactOptional(),
  vm: Vm.exactOptional(),
  managedImage: ManagedImage.exactOptional(),
  disk: Disk.extend({ osState }).exactOptional(),
  snapshot: Snapshot.extend({ osState }).exactOptional(),
  vhd: Vhd.exactOptional(),
};

/** Where the versions of a set start. */
export const SourceBody = z
  .strictObject(sourceFields)
  .superRefine((source, context) => exactlyOne(source, 'the source', Object.keys(sourceFields), context))
  .transform((source) => source as unknown as Source);

const originFields = {
  disk: Disk.exactOptional(),
  snapshot: Snapshot.exactOptional(),
  vhd: DataVhd.exactOptional(),
  empty: z
    .strictObject({ sizeGB: z.int().min(1).max(1024, 'At most 1 TB: Azure’s limit for images.') })
    .exactOptional(),
};

const Origin = z
  .strictObject(originFields)
  .superRefine((from, context) =>
    exactlyOne(from, 'what it is made from', Object.keys(originFields), context),
  )
  .transform((from) => from as unknown as DataDisk['from']);

/** The data disks that are added to the source; kinds may be mixed. */
export const DataDisks = z
  .array(z.strictObject({ lun: z.int().min(0).max(63), from: Origin }))
  .max(64)
  .superRefine((disks, context) => {
    const luns = disks.map(({ lun }) => lun);
    luns.forEach((lun, at) => {
      if (luns.indexOf(lun) === at) return;
      context.addIssue({
        code: 'custom',
        path: [at, 'lun'],
        message: `LUN ${lun} is taken by another disk.`,
      });
    });
  });
