import { createHash } from 'node:crypto';

/** Short enough for a table key and an Azure name, and different for what is different. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
