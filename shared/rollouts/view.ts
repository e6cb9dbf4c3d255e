import type { Instant } from '../instant.ts';
import { revisionOf } from '../precondition.ts';
import { isSkippedByOrder } from './course.ts';
import { type Freeze, statusOf } from './freezes.ts';
import type { LeftHost, Pool } from './pool.ts';
import { wayOf } from './ways.ts';
import { canBeAborted, canBePaused, isPaused, type Rollout } from './rollout.ts';

/** A host pool as the API shows it. */
export function poolView(name: string, pool: Pool) {
  const { link, createdAt, changedAt, activeRollout, nextRollout, way, left } = pool;
  const when = { revision: revisionOf(pool), createdAt, changedAt };
  const lost = left && { left: Object.values(left).map(leftView) };
  return { name, ...link, ...wayIn(link, way), ...when, activeRollout, nextRollout, ...lost };
}

/** A host that a rollout lost, with the calls that bring it back or let it go. */
function leftView({ name: host, rollout, isGone }: LeftHost) {
  const call = (what: string) => `POST /rollouts/${rollout}/hosts/${host}/${what}`;
  return {
    host,
    rollout,
    isGone: isGone === true,
    youCan: [`try it again: ${call('retry')}`, `let it go: ${call('skip')} {"reason":"…"}`],
  };
}

/** How its hosts are brought to a version, and what that can do, once it is known. */
function wayIn({ virtualMachines, policy }: Pool['link'], known: Pool['way']) {
  const way = virtualMachines ? 'stand-alone' : known;
  return way === undefined ? {} : { way, can: wayOf(way, policy) };
}

/** A freeze as the API shows it. */
export function freezeView(id: string, freeze: Freeze, now: Instant) {
  return { id, ...freeze, revision: revisionOf(freeze), status: statusOf(freeze, now) };
}

/** A rollout as the API shows it: how it stands, why it is or is not moving, and what has become of its hosts. */
export function rolloutView(id: string, rollout: Rollout) {
  const { pool, link, version, requested, rolledBackBy, facts, phase } = rollout;
  const hosts = Object.values(facts.hosts ?? {});
  const counts: Record<string, number> = {};
  for (const { outcome } of hosts) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return {
    id,
    hostPool: pool,
    imageSet: link.imageSet,
    channel: link.channel,
    version: version.number,
    status: phase,
    ...standing(rollout),
    requested,
    rollbackOf: requested.rollbackOf,
    rolledBackBy,
    way: facts.way,
    wave: facts.wave,
    hosts: counts,
    skipped: hosts.filter(isSkippedByOrder).map(({ name, why }) => ({ host: name, why })),
    capacity: facts.capacity,
    lowest: facts.lowest,
    ...(isPaused(rollout) && { paused: rollout.pause }),
    canBePaused: canBePaused(rollout),
    canBeAborted: canBeAborted(rollout),
  };
}

function standing(rollout: Rollout) {
  switch (rollout.phase) {
    case 'running':
    case 'stopping': {
      const { stage, since, waitingFor, lookAt, deadline, troubles } = rollout.standing;
      return { stage, since, waitingFor, nextLookAt: lookAt, deadline, troubles };
    }
    case 'failed':
      return { stage: rollout.stage, since: rollout.at, failure: rollout.failure };
    case 'aborted':
      return { since: rollout.at, aborted: { by: rollout.by, reason: rollout.reason } };
    case 'succeeded':
      return { since: rollout.at };
  }
}
