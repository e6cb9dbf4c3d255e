/**
 * Seconds until the next look at something that has run for so long: close to the start of what may be short,
 * further apart the longer it takes. A build that lasts hours so costs a few dozen reads an hour, and what
 * takes ten minutes is seen to have ended at most four minutes late.
 */
export function paceSeconds(elapsedSeconds: number): number {
  return Math.round(Math.min(Math.max(60, elapsedSeconds / 2), 240));
}
