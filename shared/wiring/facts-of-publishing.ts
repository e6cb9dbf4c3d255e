import type { Approval, ApprovalEvent } from '../approvals/approval.ts';
import type { Channel, ChannelEvent } from '../channels/channel.ts';
import type { EventType } from '../event-types.ts';
import type { Facts, ToldEvent } from '../events/facts.ts';
import { isOver } from '../gates/check.ts';
import type { Validation, ValidationEvent } from '../gates/validation.ts';
import type { Release, ReleaseEvent } from '../releases/course.ts';
import type { Told } from '../workflow/outbox.ts';

function ofApproval(type: EventType, approval: Approval, id: string, data: Told['data'] = {}): ToldEvent {
  const { set, number, channel, requestedBy, facts, expiresAt, phase } = approval;
  const about = { imageSet: set, version: number, channel, requestedBy, facts, expiresAt, status: phase };
  return { type, subject: `approvals/${id}`, data: { ...about, ...data } };
}

/** What the world is told of approvals. */
export const factsOfApprovals: Facts<Approval, ApprovalEvent> = {
  asked: (_, after, __, id) => ofApproval('approval.requested', after, id),
  decided({ by, reason }, after, _, id) {
    if (after.phase === 'approved') return ofApproval('approval.granted', after, id, { by, reason });
    if (after.phase === 'rejected') return ofApproval('approval.rejected', after, id, { by, reason });
    return undefined; // others are still to be heard
  },
  given: ({ by, reason }, after, _, id) => ofApproval('approval.granted', after, id, { by, reason }),
  expired: (_, after, __, id) => ofApproval('approval.expired', after, id),
  withdrawn: 'nobody is asked any more, and the release tells why',
};

function ofValidation(
  type: EventType,
  { subject, end }: Validation,
  id: string,
  data: Told['data'] = {},
): ToldEvent {
  const { set, number, channel, attempt, by } = subject;
  const about = { imageSet: set, version: number, channel, attempt, by, status: end?.verdict ?? 'running' };
  return { type, subject: `validations/${id}`, data: { ...about, ...data } };
}

const nameAndState = ({ plan, state, evidence }: Validation['checks'][number]) => ({
  name: plan.name,
  state,
  // What people read in chat; the resource has all of it.
  evidence: evidence.slice(0, 300),
});

/** Checks that are over now and were not, and the end of the run. */
function ofChecks(
  _: unknown,
  after: Validation,
  before: Validation | undefined,
  id: string,
): readonly ToldEvent[] {
  const was = new Map(before?.checks.map((check) => [check.plan.name, check]));
  const told = after.checks.flatMap((check) => {
    const known = was.get(check.plan.name);
    if (!isOver(check) || (known && isOver(known))) return [];
    return [ofValidation('validation.checkCompleted', after, id, { check: nameAndState(check) })];
  });
  if (!after.end || before?.end || after.end.verdict === 'canceled') return told;
  const open = after.checks.filter(({ state }) => state !== 'passed' && state !== 'skipped');
  const checks = {
    passed: after.checks.filter(({ state }) => state === 'passed').length,
    total: after.checks.length,
    notPassed: open.slice(0, 20).map(nameAndState),
  };
  return [...told, ofValidation(`validation.${after.end.verdict}`, after, id, { checks })];
}

/** What the world is told of validations. */
export const factsOfValidations: Facts<Validation, ValidationEvent> = {
  begun: (_, after, __, id) => ofValidation('validation.started', after, id),
  looked: ofChecks,
  'carried-out': ofChecks,
  'ran-out': ofChecks,
  reported: ofChecks,
  linked: 'a link is between who asked for it and whom it is for',
  canceled: ({ by, reason }, after, _, id) => ofValidation('validation.canceled', after, id, { by, reason }),
};

function ofRelease(type: EventType, release: Release, data: Told['data'] = {}): ToldEvent {
  const { set, number, phase } = release;
  const channel = 'index' in release ? release.channels[release.index] : undefined;
  return {
    type,
    subject: `releases/${set}.${number}`,
    data: { imageSet: set, version: number, status: phase, ...(channel && { channel }), ...data },
  };
}

/** It stands until somebody does something, or it has come to an end. */
function afterStage(_: unknown, after: Release, before: Release | undefined): ToldEvent | undefined {
  if (after.phase === before?.phase) return undefined;
  switch (after.phase) {
    case 'blocked':
      return ofRelease('channel.promotionBlocked', after, { stage: after.stage, failure: after.failure });
    case 'released':
      return ofRelease('release.completed', after);
    case 'running':
    case 'stopping':
      return undefined;
    default:
      return ofRelease(`release.${after.phase === 'rolled-back' ? 'rolledBack' : after.phase}`, after);
  }
}

const undecided = 'it says how the work stands, not that anything came of it';

/** What the world is told of releases. */
export const factsOfReleases: Facts<Release, ReleaseEvent> = {
  started: ({ by, reason }, after) => ofRelease('release.started', after, { by, reason }),
  paused: ({ by, reason, until }, after) => ofRelease('release.paused', after, { by, reason, until }),
  resumed: ({ by, reason }, after) => ofRelease('release.resumed', after, { by, reason }),
  stopped: 'that it has stopped is told once nothing of it is under way',
  'rollback-asked': 'that it is taken back is told once it is',
  overridden: ({ override: { checks, by, reason, channel, expiresAt } }, after) =>
    ofRelease('validation.overridden', after, { checks, by, reason, channel, expiresAt }),
  nudged: 'a wake-up',
  'stage-running': undecided,
  'stage-intended': undecided,
  'stage-troubled': undecided,
  'stage-done': afterStage,
  'stage-failed': afterStage,
  'stage-overdue': afterStage,
};

/** A movement that could not go on. */
function whenStuck(_: unknown, after: Channel, before: Channel | undefined): ToldEvent | undefined {
  if (after.phase === before?.phase || after.phase !== 'stuck') return undefined;
  const { set, channel, holds, failure } = after;
  return {
    type: 'channel.stuck',
    subject: `image-sets/${set}/channels/${channel}`,
    data: { imageSet: set, channel, version: holds.number, status: after.phase, failure },
  };
}

/** What the world is told of channels: of promotions and rollbacks tells their announcement, which knows more. */
export const factsOfChannels: Facts<Channel, ChannelEvent> = {
  defined: 'a policy changes nothing by itself',
  moved: ({ wanted, at }, { set, channel }) => ({
    type: 'channel.moved',
    subject: `image-sets/${set}/channels/${channel}`,
    data: { imageSet: set, channel, version: wanted.number, by: wanted.by, reason: wanted.reason, at },
  }),
  retried: 'what comes of it is told',
  stopped: 'the release tells of it',
  'stage-running': undecided,
  'stage-intended': undecided,
  'stage-troubled': undecided,
  'stage-done': 'promotions and rollbacks tell of themselves',
  'stage-failed': whenStuck,
  'stage-overdue': whenStuck,
};
