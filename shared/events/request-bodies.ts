import { z } from 'zod';
import { EventFilter } from '../event-types.ts';

/** Where a page of the feed ended. */
export const Cursor = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'A cursor as an earlier page gave it.')
  .optional();

/** Noun, or noun and verb. */
export const OfType = EventFilter.optional();

export const EventSubject = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*\/?$/, 'A path below /api/, or how it begins, such as image-sets/win11.')
  .max(300)
  .optional();

export const PageSize = z.coerce.number().int().min(1).max(500).default(100);
