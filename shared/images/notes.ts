import { counted } from '../counted.ts';
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { EndOfLifeDate } from './end-of-life.ts';
import type { Version, VersionEvent } from './image.ts';
import type { PatchVersion } from './request-bodies.ts';
import { somebody } from './somebody.ts';

type Patch = z.infer<typeof PatchVersion>;

/** What is written of a version now: notes say how and why it was made, the description what it is for. */
export function writtenOf({ noted, requested }: Version): {
  readonly notes: string;
  readonly description: string;
} {
  return { notes: noted?.notes ?? requested.notes, description: noted?.description ?? '' };
}

/** Whether it says something else than what is written already. */
export function isNews(version: Version, { notes, description }: Patch): boolean {
  const before = writtenOf(version);
  return (
    (notes ?? before.notes) !== before.notes || (description ?? before.description) !== before.description
  );
}

/** The fact that somebody wrote it; what is not said stays as it is when the fact is saved. */
export function noteOf(version: Version, { by, ...said }: Patch, at: Instant): VersionEvent {
  const before = writtenOf(version);
  const { notes = before.notes, description = before.description } = said;
  return { type: 'noted', notes, description, by: somebody(by), at };
}

/** A version that is deleted, or on its way out, is not written about any more. */
export function refuseGone({ phase, number }: Version): void {
  if (phase !== 'deleting' && phase !== 'deleted') return;
  throw new AppError('VersionOver', `Version ${number} is ${phase}.`, { target: number });
}

interface Meanwhile {
  readonly before: EndOfLifeDate | undefined;
  readonly noticeDays: number;
  readonly now: Instant;
}

/**
 * V6: an end of life lies in the future, and is never moved nearer than the notice that people are to have. Moving
 * it away is always allowed.
 */
export function refuseEndOfLife(
  version: Version,
  date: Instant,
  { before, noticeDays, now }: Meanwhile,
): void {
  const target = 'endOfLifeDate';
  const { number, facts } = version;
  if (facts.imageVersionId === undefined) {
    const why = `Version ${number} is not in the gallery: until it is, its image set says when its life ends.`;
    throw new AppError('InvalidPhase', why, { target });
  }
  if (date <= now) {
    throw new AppError('ValidationFailed', `${date} has passed: an end of life lies in the future.`, {
      target,
    });
  }
  const earliest = minutesAfter(now, noticeDays * 24 * 60);
  const isNearer = before === undefined || date < before.date;
  if (!isNearer || date >= earliest) return;
  const why = `People are told ${counted(noticeDays, 'day')} before: it cannot be moved nearer than ${earliest}.`;
  throw new AppError('ValidationFailed', `${why} To stop its use at once, revoke it.`, { target });
}
