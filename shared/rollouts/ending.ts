import { isSkippedByOrder } from './course.ts';
import { broken, named } from './hosts.ts';
import { isOver, type Rollout } from './rollout.ts';
import { isAddition } from './surge.ts';
import type { HostRecord } from './waves.ts';

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
        message: `every host has come to its end${skippedIn(rollout)}${brokenIn(rollout)}${oneTooMany(rollout)}`,
      };
    case 'failed':
      return {
        code: 'Failed',
        message: `${rollout.failure.message}${oneTooMany(rollout)}`,
        detail: { failure: rollout.failure.code },
      };
    case 'aborted':
      return {
        code: 'Aborted',
        message: `aborted by ${rollout.by}: ${rollout.reason}${oneTooMany(rollout)}`,
      };
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
  const left = broken(hosts).filter((record) => !isTooMany(record));
  return left.length === 0 ? '' : `; not on the version: ${named(left)}`;
}

/** Who was added, nobody gave way to, and could not be made to go again: the pool has one more than it had. */
function oneTooMany({ facts: { hosts = {} } }: Rollout): string {
  const stay = Object.values(hosts).filter(isTooMany);
  if (stay.length === 0) return '';
  const [is, it] = stay.length === 1 ? ['is one host', 'it'] : [`are ${stay.length} hosts`, 'each'];
  return `; there ${is} more than before: ${named(stay)}: drain ${it}, take ${it} out of the pool and delete its machine`;
}

/** One that was to go as one too many, and is there. */
function isTooMany(record: HostRecord): boolean {
  const isGone = record.outcome === 'done' || record.code === 'HostVanished';
  return record.task === 'retire' && isAddition(record) && !isGone;
}

/** Of a rollout that is over: who is not on the version, with the call that tries it again. */
export function lostBy(id: string, rollout: Rollout) {
  if (!isOver(rollout)) return [];
  const lost = broken(rollout.facts.hosts ?? {}).filter((record) => !isTooMany(record));
  return lost.map(({ name, outcome, why, task }) => {
    // Of what was added, or was to give way, nothing is tried again.
    const again = task === undefined ? `POST /rollouts/${id}/hosts/${name}/retry` : undefined;
    const message = `${name} is ${outcome}, and not on the version: ${why}${again ? `; try it again: ${again}` : ''}`;
    return { code: 'HostLost', message, target: name, again };
  });
}

/** It is over, and hosts of it failed or are in quarantine. */
export function hasLeftBroken(rollout: Rollout): boolean {
  return isOver(rollout) && broken(rollout.facts.hosts ?? {}).length > 0;
}

const mostTold = 10;
