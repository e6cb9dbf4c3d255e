import { z } from 'zod';

/** A page of a list. Without `nextLink` it is the last. */
export function listOf<Of extends z.ZodType>(of: Of) {
  return z.strictObject({ value: z.array(of), nextLink: z.url().optional() });
}
