import { z } from 'zod';

/** A page of a list. Without `nextLink` it is the last. */
export function listOf<Of extends z.ZodType>(of: Of) {
  return z.strictObject({ value: z.array(of), nextLink: z.url().optional() });
}

/** What happened when, oldest first; what else a line says depends on its `type`. */
export const HistoryAnswer = listOf(z.looseObject({ type: z.string(), at: z.iso.datetime() })).meta({
  id: 'History',
});
