/** A moment as `Date.toISOString()` writes it, so that text order is time order. */
export type Instant = string;

export function toInstant(ms: number): Instant {
  return new Date(ms).toISOString();
}

export function secondsAfter(at: Instant, seconds: number): Instant {
  return toInstant(Date.parse(at) + seconds * 1000);
}

export function minutesAfter(at: Instant, minutes: number): Instant {
  return secondsAfter(at, minutes * 60);
}

export function secondsBetween(from: Instant, to: Instant): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

export function earliest(first: Instant, ...others: readonly Instant[]): Instant {
  return others.reduce((least, at) => (at < least ? at : least), first);
}
