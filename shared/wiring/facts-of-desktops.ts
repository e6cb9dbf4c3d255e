import type { EventType } from '../event-types.ts';
import type { Facts, ToldEvent } from '../events/facts.ts';
import type { FreezeCalendar, FreezeEvent } from '../rollouts/freezes.ts';
import { lostBy } from '../rollouts/ending.ts';
import type { Pool, PoolEvent } from '../rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../rollouts/rollout.ts';
import type { Schedule, ScheduleEvent } from '../schedules/schedule.ts';
import type { Told } from '../workflow/outbox.ts';

function ofRollout(type: EventType, id: string, rollout: Rollout, data: Told['data'] = {}): ToldEvent {
  const { pool, version, phase, facts, link } = rollout;
  const hosts = Object.values(facts.hosts ?? {});
  const counted = {
    done: hosts.filter(({ outcome }) => outcome === 'done').length,
    failed: hosts.filter(({ outcome }) => outcome === 'failed' || outcome === 'quarantined').length,
    begun: hosts.length,
  };
  const about = { hostPool: pool, version: version.number, status: phase, hosts: counted };
  const { imageSet, channel } = link;
  return { type, subject: `rollouts/${id}`, data: { ...about, imageSet, channel, ...data } };
}

type Staged = Extract<RolloutEvent, { readonly stage: string }>;

/** What a look has found: of its waves, that it holds itself back, that it is over. */
function afterStage(
  event: Staged,
  after: Rollout,
  before: Rollout | undefined,
  id: string,
): readonly ToldEvent[] {
  const told: ToldEvent[] = [];
  if (event.type === 'stage-done' && event.stage === 'prepare')
    told.push(ofRollout('rollout.started', id, after));
  told.push(...ofWaves(after, before, id));
  if (pauseOf(after) && !pauseOf(before)) {
    const { code, reason } = pauseOf(after) ?? {};
    told.push(ofRollout('rollout.needsAttention', id, after, { code, reason }));
  }
  if (after.phase !== before?.phase) told.push(...whenEntered(after, id));
  return told;
}

const pauseOf = (rollout: Rollout | undefined) => (rollout?.phase === 'running' ? rollout.pause : undefined);

function ofWaves(after: Rollout, before: Rollout | undefined, id: string): readonly ToldEvent[] {
  const [was, is] = [before?.facts.wave, after.facts.wave];
  if (!was || !is || is.number <= was.number) return [];
  const told = ofRollout('rollout.waveCompleted', id, after, { wave: was.number, of: was.of });
  return was.number === 1 ? [told, ofRollout('rollout.canaryHealthy', id, after)] : [told];
}

function whenEntered(after: Rollout, id: string): readonly ToldEvent[] {
  switch (after.phase) {
    case 'stopping': {
      const isBroken = after.ending.phase === 'failed' && after.ending.failure.code === 'BreakerOpen';
      return isBroken ? [ofRollout('rollout.breakerOpened', id, after)] : [];
    }
    case 'succeeded':
      return [ofRollout('rollout.completed', id, after, lostIn(id, after))];
    case 'failed':
      return [ofRollout('rollout.failed', id, after, { stage: after.stage, failure: after.failure })];
    case 'aborted':
      return [ofRollout('rollout.aborted', id, after, { by: after.by, reason: after.reason })];
    case 'running':
      return [];
  }
}

/** Whom it lost, where it did: as many as the pool lets it lose. */
function lostIn(id: string, rollout: Rollout): Told['data'] {
  const lost = lostBy(id, rollout);
  return lost.length === 0
    ? {}
    : { lost: lost.length, lostHosts: lost.slice(0, 10).map(({ target }) => target) };
}

/** Held back for a reason that it was not held back for before. */
function whileRolling(event: Staged, after: Rollout, before: Rollout | undefined, id: string) {
  const told = [...afterStage(event, after, before, id)];
  const codes = ({ facts }: Rollout) => facts.waits?.because.map(({ code }) => code).join() ?? '';
  const because = after.facts.waits?.because ?? [];
  if (because.length > 0 && before && codes(after) !== codes(before)) {
    const reasons = because.slice(0, 5).map(({ code, message }) => ({ code, message }));
    told.push(ofRollout('rollout.blocked', id, after, { because: reasons }));
  }
  return told;
}

const undecided = 'it says how the work stands, not that anything came of it';
const byPeople = 'what is decided on a single host is told of by the host’s history';

/** What the world is told of rollouts. */
export const factsOfRollouts: Facts<Rollout, RolloutEvent> = {
  requested: ({ by, reason }, after, _, id) => ofRollout('rollout.planned', id, after, { by, reason }),
  'rolled-back': ({ rollout, by, reason }, after, _, id) =>
    ofRollout('rollout.rolledBack', id, after, { by, reason, rolledBackBy: rollout }),
  aborted: 'that it has ended is told once nothing of it is under way',
  paused: ({ by, reason, until }, after, _, id) =>
    ofRollout('rollout.paused', id, after, { by, reason, until }),
  resumed: ({ by }, after, _, id) => ofRollout('rollout.resumed', id, after, { by }),
  'freezes-changed': 'the freeze tells of itself',
  'set-aside': 'whoever wanted another try tells of it',
  'host-retried': byPeople,
  'host-skipped': byPeople,
  'stage-running': whileRolling,
  'stage-intended': undecided,
  'stage-troubled': undecided,
  'stage-done': afterStage,
  'stage-failed': afterStage,
  'stage-overdue': afterStage,
};

const itsRollouts = 'its rollouts tell of themselves';

/** What the world is told of host pools. */
export const factsOfPools: Facts<Pool, PoolEvent> = {
  defined: 'a link changes nothing by itself',
  removed: ({ by }, { link: { imageSet, channel } }, _, id) => ({
    type: 'hostPool.removed',
    subject: `host-pools/${id}`,
    data: { hostPool: id, imageSet, channel, by },
  }),
  'host-let-go': byPeople,
  'rollout-claimed': itsRollouts,
  'rollout-released': itsRollouts,
};

/** What the world is told of freezes. */
export const factsOfFreezes: Facts<FreezeCalendar, FreezeEvent> = {
  frozen: ({ id, freeze: { scope, reason, from, until, by } }) => ({
    type: 'freeze.opened',
    subject: `freezes/${id}`,
    data: { scope, reason, from, until, by, ...scoped(scope) },
  }),
  unfrozen: ({ id, by }, _, before) => ({
    type: 'freeze.closed',
    subject: `freezes/${id}`,
    data: { by, ...scoped(before?.freezes[id]?.scope) },
  }),
};

function scoped(scope: { readonly kind: string; readonly name?: string } | undefined): ToldEvent['data'] {
  if (scope?.name === undefined) return {};
  return scope.kind === 'image-set' ? { imageSet: scope.name } : { hostPool: scope.name };
}

function ofSchedule(type: EventType, id: string, { plan }: Schedule, data: Told['data']): ToldEvent {
  return { type, subject: `schedules/${id}`, data: { imageSet: plan.request.imageSet, ...data } };
}

/** What the world is told of schedules. */
export const factsOfSchedules: Facts<Schedule, ScheduleEvent> = {
  defined: 'a plan changes nothing by itself',
  removed: 'it never runs again, and so tells nothing',
  'skip-asked': 'that it was skipped is told',
  'run-asked': 'what comes of it is told',
  due: ({ dueAt }, after, _, id) => ofSchedule('schedule.due', id, after, { dueAt }),
  'source-seen': ({ source, isNew }, after, _, id) =>
    isNew ? ofSchedule('schedule.due', id, after, { source }) : undefined,
  'source-missed': ({ failure }, after, _, id) => ofSchedule('schedule.failed', id, after, { failure }),
  waits: undecided,
  asks: undecided,
  started: ({ run, version }, after, _, id) => ofSchedule('schedule.started', id, after, { run, version }),
  skipped: ({ run, reason }, after, _, id) => ofSchedule('schedule.skipped', id, after, { run, reason }),
  failed: ({ run, failure }, after, _, id) => ofSchedule('schedule.failed', id, after, { run, failure }),
};
