import { z } from 'zod';
import { outcomes } from './entry.ts';

export const AuditSubject = z
  .string()
  .regex(/^[\w.:-]+(\/[\w.:-]+)*\/?$/, 'A path below /api/, or how it begins, such as image-sets/win11.')
  .max(300)
  .optional();

export const AuditActor = z.string().min(1).max(300).optional();
export const AuditOperation = z
  .string()
  .regex(/^[a-z]+(-[a-z]+)*$/, 'An operationId, such as promote-channel.')
  .max(60)
  .optional();
export const AuditOutcome = z.enum(outcomes).optional();
export const AuditMoment = z.iso.datetime('A moment in UTC, such as 2026-01-31T00:00:00Z.').optional();
