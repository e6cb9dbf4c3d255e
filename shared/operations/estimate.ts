import { type Instant, secondsBetween } from '../instant.ts';

/** When something is over, in half of all cases, and in nine of ten. */
export interface Ends {
  readonly p50At: Instant;
  readonly p90At: Instant;
}

/** The same as clients are told: what is left of it too, as ISO 8601 has durations. */
export interface Estimate extends Ends {
  readonly p50: string;
  readonly p90: string;
}

/** What is left until then. */
export function estimateOf({ p50At, p90At }: Ends, now: Instant): Estimate {
  return { p50: durationUntil(p50At, now), p90: durationUntil(p90At, now), p50At, p90At };
}

/** Whole minutes, such as PT1H25M: nobody knows it better. */
function durationUntil(end: Instant, now: Instant): string {
  const minutes = Math.max(0, Math.ceil(secondsBetween(now, end) / 60));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `PT${hours > 0 ? `${hours}H` : ''}${rest > 0 || hours === 0 ? `${rest}M` : ''}`;
}
