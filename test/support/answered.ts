import type { z } from 'zod';

/** What of a body the declaration of its answer does not describe; as the client sees it: undefined is not sent. */
export function undescribed(answer: z.ZodType, body: unknown): string {
  const result = answer.safeParse(JSON.parse(JSON.stringify(body)));
  return result.success ? '' : `${result.error.message} in ${JSON.stringify(body)}`;
}
