import { z } from 'zod';

const person = z.string().trim().min(1).max(256).optional();

/** What may be said of a region; what is not said stays as it is, or is as for any new region. */
export const PutRegion = z.strictObject({
  replicas: z.int().min(1).max(100).exactOptional(),
  required: z.boolean().exactOptional(),
  /** Of a new region only: Azure does not change it. */
  storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']).exactOptional(),
  by: person,
});

export const RepairRegion = z.strictObject({ by: person });

export const RegionName = z
  .string()
  .regex(/^[a-z][a-z0-9]{2,39}$/, 'A region as Azure writes it in ids, such as westeurope.');
