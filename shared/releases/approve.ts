import { secondsBetween } from '../instant.ts';
import { stepOf, type Release } from './course.ts';
import type { ApprovalStanding, Asked, ChannelPolicy, Ports, VersionStanding } from './ports.ts';
import {
  approvalIdOf,
  channelAt,
  done,
  type EnsureReleaseStage,
  ends,
  failed,
  known,
  running,
  versionIdOf,
} from './stage.ts';

/** As many people as the channel asks for have said yes, in time. One who says no ends the release. */
export function ensureApproved({
  channels,
  versions,
  approvals,
}: Pick<Ports, keyof Needed>): EnsureReleaseStage {
  return async ({ work: release, now }) => {
    const { set, number } = release;
    const channel = channelAt(release);
    const { policy, holds } = await channels.standing(set, channel);
    if (policy.entry === 'automatic') return done();
    // Brought in by hand, it was approved in another way: nobody need decide this any more.
    if (holds?.versionId === versionIdOf(release)) return done(await withdrawn(approvals, release, channel));
    const version = await versions.standing(set, number);
    if (!version) return running(`version ${number} to be found`, 300);
    const id = approvalIdOf(release, channel);
    const stands = await approvals.ensureAsked({ id, ...askedFor(release, channel, policy, version) });
    const { status, expiresAt, decisions } = stands;
    const facts = known(channel, { approval: { id, status, expiresAt, decisions } });
    switch (status) {
      case 'approved':
        return done(facts);
      case 'pending': {
        const left = secondsBetween(now, expiresAt) + 5;
        const waits = stands.waitingFor ?? `people to approve it for ${channel}`;
        return running(`${waits}: ${id}`, Math.min(300, Math.max(5, left)), { facts });
      }
      case 'rejected':
        return {
          ...ends(rejectedBy(stands, channel)),
          facts: { ...facts, ending: rejectedBy(stands, channel) },
        };
      case 'expired':
        return failed('ApprovalExpired', `Nobody approved it for ${channel} by ${expiresAt}.`, facts);
      case 'withdrawn':
        return failed('ApprovalRequired', `Approval ${id} was withdrawn.`, facts);
    }
  };
}

async function withdrawn(approvals: Ports['approvals'], release: Release, channel: string) {
  const own = await approvals.find(approvalIdOf(release, channel));
  if (own?.status !== 'pending') return {};
  await approvals.withdraw(own.id, `it was brought into ${channel} by hand`);
  const { id, expiresAt, decisions } = own;
  return known(channel, { approval: { id, status: 'withdrawn', expiresAt, decisions } });
}

type Needed = Pick<Ports, 'channels' | 'versions' | 'approvals'>;

function rejectedBy({ decisions }: ApprovalStanding, channel: string) {
  const { by, reason } = decisions.find(({ decision }) => decision === 'rejected') ?? { by: '', reason: '' };
  return { phase: 'stopped', by, reason: `Rejected for ${channel}: ${reason}` } as const;
}

/** What is asked of people, but for its name. */
export function askedFor(
  { set, number, channels, facts }: Pick<Release, 'set' | 'number' | 'channels' | 'facts'>,
  channel: string,
  policy: ChannelPolicy,
  version: VersionStanding,
): Omit<Asked, 'id'> {
  const { versionId, requestedBy, requestedAt, notes } = version;
  const before = channels[channels.indexOf(channel) - 1];
  const step = before === undefined ? undefined : stepOf(facts.way, before);
  const gate = step?.validation;
  const overrides = facts.overrides.filter((one) => one.channel === before);
  const told = [
    `${number} of ${set} for ${channel}, requested by ${requestedBy} at ${requestedAt}`,
    ...(notes ? [notes.replaceAll(/\s+/g, ' ').slice(0, 300)] : []),
    ...(step?.appliedAt === undefined ? [] : [`on all hosts of ${before} since ${step.appliedAt}`]),
    ...(gate ? [`gate of ${before}: ${gate.passed} of ${gate.of} checks passed`] : []),
    ...overrides.map(({ by, checks, reason }) => `${by} overrode ${checks.join(', ')}: ${reason}`),
  ];
  return { versionId, set, number, channel, requestedBy, ...policy.approval, facts: told.join('; ') };
}
