import { z } from 'zod';
import type { Release } from './course.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();

/** `<set>.<number>`: a version has one release. */
export const ReleaseId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}\.\d{1,10}\.\d{1,10}\.\d{1,10}$/,
    'The id of a release, such as win11-avd.1.4.0.',
  );

/** To release a version that was built without. */
export const PutRelease = z.strictObject({
  /** The last channel to go to; the last of all unless said. */
  upTo: text(40).exactOptional(),
  reason: z.string().trim().max(1000).default(''),
  by: person,
});

/** To stop or roll back: always with a reason. */
export const Say = z.strictObject({ reason: text(1000), by: person });

const moment = z.iso
  .datetime({ offset: true, error: 'A time with its zone, such as 2026-10-17T21:00:00+02:00.' })
  .transform((time) => new Date(time).toISOString());

export const PauseRelease = z.strictObject({
  reason: text(1000),
  /** When the release goes on by itself; without it somebody must resume it. */
  until: moment.exactOptional(),
  by: person,
});

export const ResumeRelease = z.strictObject({ reason: z.string().trim().max(1000).default(''), by: person });

export const OverrideChecks = z.strictObject({
  /** The names of the checks, as the validation shows them. */
  checks: z.array(text(128)).min(1, 'Name the checks to let through.').max(50),
  /** The channel whose gate it is; the one that is in the way unless said. */
  channel: text(40).exactOptional(),
  reason: text(1000),
  /** It counts until then, and is judged again when the next channel is entered. */
  expiresAt: moment,
  by: person,
});

/** How a release may stand. */
export const ReleaseStatus = z.enum([
  'running',
  'blocked',
  'stopping',
  'released',
  'stopped',
  'superseded',
  'rolled-back',
  'revoked',
  'canceled',
] satisfies Release['phase'][]);

/** Which releases a list shows. */
export const SetFilter = text(40).optional();
export const StatusFilter = ReleaseStatus.optional();
