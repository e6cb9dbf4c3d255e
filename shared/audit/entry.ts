import type { Instant } from '../instant.ts';

/** What became of a request. `unknown` is what an entry says from before the change until its end is on record. */
export const outcomes = ['done', 'refused', 'failed', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * What one request to change something leaves behind. Written before the change with the outcome `unknown`, and
 * once more after it: a process that dies in between leaves the first, and that is shown. Never a key, a token or
 * a body.
 */
export interface AuditEntry {
  /** The request's own: `x-ms-request-id`. */
  readonly id: string;
  readonly at: Instant;
  /** Who proved that he is it; `nobody` where nothing was proven. */
  readonly actor: string;
  readonly actorKind: 'signed-in' | 'named-key' | 'key' | 'anyone';
  /** The name that is recorded with the change, where it says more than the actor's. */
  readonly by?: string;
  /** Those of his roles by which he was let in. */
  readonly roles: readonly string[];
  /** The endpoint. */
  readonly operation: string;
  readonly method: string;
  readonly route: string;
  /** The path below `/api/` of what it is about. */
  readonly subject: string;
  /** The path of what it began, where that is something else. */
  readonly began?: string;
  readonly reason?: string;
  /** Of the body as it came, in hex: proves what was sent to whoever kept it, and says nothing else. */
  readonly bodySha256?: string;
  readonly clientRequest?: string;
  readonly trace?: string;
  /** The address that the platform saw it come from. */
  readonly from?: string;
  readonly outcome: Outcome;
  readonly status?: number;
  readonly code?: string;
  /** It had been asked before with the same idempotency key, and was answered as then. */
  readonly isRepeat?: true;
  readonly milliseconds?: number;
  /** So many refusals of the same caller before it were counted and not kept. */
  readonly leftOut?: number;
}

/** What of the audit somebody wants to see. */
export interface Wanted {
  /** A path below `/api/`, or how it begins. */
  readonly subject?: string | undefined;
  /** The name, as an entry says it. */
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
  readonly outcome?: Outcome | undefined;
}

/** Whether an entry is among those that are wanted. */
export function isWanted(entry: AuditEntry, { subject = '', actor, operation, outcome }: Wanted): boolean {
  const isOf = (value: string | undefined, wanted: string | undefined) =>
    wanted === undefined || value === wanted;
  return (
    isOf(entry.operation, operation) &&
    isOf(entry.outcome, outcome) &&
    (actor === undefined || entry.actor === actor || entry.by === actor) &&
    (isBelow(entry.subject, subject) || isBelow(entry.began ?? '', subject))
  );
}

/** Whether a path is another, or goes on from there: `image-sets/win11` does not stand for `image-sets/win11-avd`. */
function isBelow(path: string, start: string): boolean {
  const bare = start.endsWith('/') ? start.slice(0, -1) : start;
  return bare === '' || path === bare || path.startsWith(`${bare}/`);
}
