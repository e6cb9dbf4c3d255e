import type { Version } from '../images/image.ts';
import { type Instant, secondsAfter, secondsBetween } from '../instant.ts';
import type { Ends } from '../operations/estimate.ts';
import { percentile } from '../rollouts/durations.ts';

type Seen = Pick<Version, 'phase' | 'facts' | 'requested'>;

/** Of fewer builds nobody can say how long they take. */
const fewest = 3;

/**
 * When a build is likely to be over, by how long those of its set took that took as long as this one has by now;
 * undefined where there were too few, and of one that was tried again.
 */
export function endsOfBuild(build: Seen, others: readonly Seen[], now: Instant): Ends | undefined {
  if (build.phase !== 'running' || isRetried(build)) return undefined;
  const took = others.flatMap((other) => secondsOf(other));
  if (took.length < fewest) return undefined;
  const { at } = build.requested;
  const longer = took.filter((seconds) => seconds > secondsBetween(at, now));
  if (longer.length === 0) return undefined; // it takes longer than any before it
  return {
    p50At: secondsAfter(at, percentile(longer, 50)),
    p90At: secondsAfter(at, percentile(longer, 90)),
  };
}

function isRetried({ facts: { attempt = 1, retriedAt } }: Seen): boolean {
  return attempt > 1 || retriedAt !== undefined;
}

function secondsOf(version: Seen): number[] {
  const { builtAt } = version.facts;
  return builtAt === undefined || isRetried(version) ? [] : [secondsBetween(version.requested.at, builtAt)];
}
