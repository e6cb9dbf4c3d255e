import { type Audit, auditWith } from '../../shared/api/trail.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { auditRoom } from '../../shared/audit/room.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** A table that a test may put something else in place of. */
type Breakable = { -readonly [Name in keyof Rows]: Rows[Name] };

/** An audit in memory, its clock, and its tables; what endpoints of this process are asked is written there. */
export function keptAudit({ at = '2026-03-10T12:00:00.000Z', keptDays = 400 } = {}) {
  const clock = { now: at };
  const tables = new Map<string, Breakable>();
  let ids = 0;
  const rows = (table: string): Breakable => {
    const known = tables.get(table) ?? memoryRows();
    tables.set(table, known);
    return known;
  };
  const newId = () => `id-${(ids += 1)}`;
  /** A process of its own, over the same tables. */
  const open = () => auditRoom({ rows, now: () => clock.now, newId, keptDays });
  const room = open();
  auditWith(room.journal);
  return { clock, rows, open, room, journal: room.journal satisfies Audit };
}

/** An entry that was begun. */
export function begun(id: string, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: '2026-03-10T12:00:00.000Z',
    actor: 'key ci',
    actorKind: 'named-key',
    roles: ['builder'],
    operation: 'request-version',
    method: 'POST',
    route: 'image-sets/{set}/versions',
    subject: 'image-sets/win11',
    outcome: 'unknown',
    ...over,
  };
}

/** The same entry, once it is known what became of it. */
export const ended = (entry: AuditEntry, over: Partial<AuditEntry> = {}): AuditEntry => ({
  ...entry,
  outcome: 'done',
  status: 202,
  ...over,
});
