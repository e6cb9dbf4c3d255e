import { AppError, type ErrorCode } from './errors.ts';

/** What a request that changes a thing wants to be true of it, as its headers say. */
export interface Precondition {
  /** `If-Match`: the revision that was read; or `*`, whichever it is by now. */
  readonly match?: number | '*';
  /** `If-None-Match: *`: it is to be made, and nothing to be changed. */
  readonly isNew?: true;
}

/** What there is already. Rows from before revisions were counted are at their first. */
interface There {
  readonly revision?: number;
  /** It is the usual, there before anybody has put it: to put the first is no change of what somebody said. */
  readonly isUsual?: boolean;
}

/** The revision of a thing: how often what people say of it has changed. */
export function revisionOf({ revision = 1 }: There): number {
  return revision;
}

/**
 * Refuses to put what is asked over what there is. To be asked inside `record`, so that what is judged is what is
 * saved over; and last, after whatever would be refused with any `If-Match`. `isSame`: it says what is so already, and is no change. Whoever is no client asks without `asked`.
 */
export function mayPut(name: string, there: There | undefined, asked?: Precondition, isSame = false): void {
  if (!asked) return;
  const isPut = there !== undefined && !there.isUsual;
  if (isPut && asked.isNew) {
    throw refused('PreconditionFailed', `${name} is there already, ${at(there)}.`, there, 'If-None-Match');
  }
  mayChange(name, there, asked);
  if (isPut && asked.match === undefined && !isSame) throw unread(name, there, 'change');
}

/** Refuses to take away what there is; of what is not there, nothing has to be known. */
export function mayRemove(name: string, there: There | undefined, asked?: Precondition): void {
  if (!asked || !there) return;
  mayChange(name, there, asked);
  if (asked.match === undefined) throw unread(name, there, 'delete');
}

/** Refuses what was decided on another state of the thing. */
export function mayChange(name: string, there: There | undefined, { match }: Precondition): void {
  if (match === undefined) return;
  if (!there) throw refused('PreconditionFailed', `${name} is not there.`, there);
  if (match === '*' || match === revisionOf(there)) return;
  throw refused('PreconditionFailed', `${name} is ${at(there)}, not at revision ${match}.`, there);
}

function unread(name: string, there: There, what: 'change' | 'delete'): AppError {
  const tag = `"${revisionOf(there)}"`;
  const message = `${name} is there already, ${at(there)}: to ${what} what you have read send If-Match: ${tag}, or If-Match: * for whatever is there.`;
  return refused('PreconditionRequired', message, there);
}

const at = (there: There) => `at revision ${revisionOf(there)}`;

function refused(code: ErrorCode, message: string, there: There | undefined, target = 'If-Match'): AppError {
  return new AppError(code, message, { target, ...(there && { revision: revisionOf(there) }) });
}
