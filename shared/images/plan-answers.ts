import { z } from 'zod';
import { Plan } from './definition-body.ts';

const id = z.string();
const osState = z.enum(['Generalized', 'Specialized']);
const marketplace = z.strictObject({
  publisher: z.string(),
  offer: z.string(),
  sku: z.string(),
  version: z.string().describe('An exact version, or latest.'),
});
const vhd = { uri: z.string(), storageAccountId: z.string() };
const disk = { id, osState };

/** Where versions start: exactly one of these. */
export const source = {
  marketplace: marketplace.optional(),
  galleryVersion: z.strictObject({ id, tenantId: z.string().optional() }).optional(),
  vm: z.strictObject({ id, inPlace: z.boolean() }).optional(),
  managedImage: z.strictObject({ id }).optional(),
  disk: z.strictObject(disk).optional(),
  snapshot: z.strictObject(disk).optional(),
  vhd: z.strictObject({ ...vhd, osState }).optional(),
};

/** What a disk is made from: exactly one of these. */
const origin = {
  disk: z.strictObject({ id }).optional(),
  snapshot: z.strictObject({ id }).optional(),
  vhd: z.strictObject(vhd).optional(),
};
const empty = z.strictObject({ sizeGB: z.int() }).optional();
const attached = z.boolean().optional().describe('A machine has it: only a snapshot of it is read.');
const lun = z.int();

/** The data disks beside the source. */
export const dataDisks = z.array(z.strictObject({ lun, from: z.strictObject({ ...origin, empty }) }));

/** What a source turned out to be, looked up once. */
export const ResolvedSourceAnswer = z
  .strictObject({
    kind: z.enum(['marketplace', 'galleryVersion', 'vm', 'managedImage', 'disk', 'snapshot', 'vhd']),
    way: z
      .enum(['import', 'image', 'disk', 'in-place'])
      .describe('How it is made of it: without a machine, from an image, around a copy of a disk, or on it.'),
    exact: z.union([marketplace, z.strictObject({ id }), z.strictObject(vhd)]),
    osState,
    plan: Plan.optional(),
    tenantId: z.string().optional(),
    osDisk: z.strictObject({ from: z.strictObject(origin), attached }).optional(),
    dataDisks: z.array(
      z.strictObject({
        lun,
        from: z.strictObject({
          ...origin,
          empty,
          image: z.literal(true).optional().describe('It comes with the image.'),
        }),
        attached,
      }),
    ),
  })
  .meta({ id: 'ResolvedSource' });
