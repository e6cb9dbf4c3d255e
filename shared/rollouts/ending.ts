import { isSkippedByOrder } from './course.ts';
import { broken, named } from './hosts.ts';
import { isOver, type Rollout } from './rollout.ts';

/** How a rollout that is over came to its end, for people: also who was left out, and who is not on the version. */
export function ending(rollout: Exclude<Rollout, { phase: 'running' | 'stopping' }>): {
  readonly code: 'Succeeded' | 'Failed' | 'Aborted';
  readonly message: string;
  readonly detail?: Readonly<Record<string, string>>;
} {
  switch (rollout.phase) {
    case 'succeeded':
      return {
        code: 'Succeeded',
        message: `every host has come to its end${skippedIn(rollout)}${brokenIn(rollout)}`,
      };
    case 'failed':
      return { code: 'Failed', message: rollout.failure.message, detail: { failure: rollout.failure.code } };
    case 'aborted':
      return { code: 'Aborted', message: `aborted by ${rollout.by}: ${rollout.reason}` };
  }
}

/** Whom people left out, and why. */
function skippedIn({ facts: { hosts = {} } }: Rollout): string {
  const skipped = Object.values(hosts).filter(isSkippedByOrder);
  if (skipped.length === 0) return '';
  const named = skipped.slice(0, mostTold).map(({ name, why }) => `${name} (${why})`);
  const more = skipped.length > mostTold ? ` and ${skipped.length - mostTold} more` : '';
  return `; skipped: ${named.join(', ')}${more}`;
}

/** Who is not on the version, though no more hosts failed than may. */
function brokenIn({ facts: { hosts = {} } }: Rollout): string {
  const left = broken(hosts);
  return left.length === 0 ? '' : `; not on the version: ${named(left)}`;
}

/** It is over, and hosts of it failed or are in quarantine. */
export function hasLeftBroken(rollout: Rollout): boolean {
  return isOver(rollout) && broken(rollout.facts.hosts ?? {}).length > 0;
}

const mostTold = 10;
