import { auditRoom } from '../audit/room.ts';
import type { Outside } from '../outside.ts';

const keptDays = 400;

/** Who asked for what. */
export function wireAudit({ rows, now, newId, auditDays = keptDays }: Outside) {
  return auditRoom({ rows, now, newId, keptDays: auditDays });
}
