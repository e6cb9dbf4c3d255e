import { counted } from '../counted.ts';
import { type Failure, failure } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { Override, Proof } from './course.ts';
import type { ApprovalStanding, ChannelStanding, Proven, Validated, VersionStanding } from './ports.ts';
import { verdictOf } from './verdict.ts';

/** All that the answer to "may this version enter this channel?" depends on. */
export interface Question {
  readonly channel: string;
  readonly now: Instant;
  readonly version: VersionStanding;
  /** Why nothing may begin to use the version, as the version itself says. */
  readonly refusal: Failure | undefined;
  readonly here: ChannelStanding;
  /** Where it must have been proven; absent for the first channel. */
  readonly before?:
    | {
        readonly channel: string;
        readonly standing: ChannelStanding;
        readonly validation: Validated | undefined;
        /** Its release saw it through the soak, before a newer version came there. */
        readonly soakedAt: Instant | undefined;
      }
    | undefined;
  readonly overrides: readonly Override[];
  readonly approval: ApprovalStanding | undefined;
}

/** P1 to P5 in one place, for a release and for whoever promotes by hand. */
export function proofOf(question: Question): Proven {
  const why = unreadiness(question) ?? gateFailure(question) ?? unsoaked(question) ?? unapproved(question);
  return why ? { ok: false, failure: why } : { ok: true, proof: of(question) };
}

function of({ before, overrides, now, approval, here }: Question): Proof {
  const validation = before?.validation;
  const verdict = validation && verdictOf(validation, before.channel, overrides, now);
  const used = verdict?.isLetThrough ? verdict.overrides : [];
  return {
    ...(validation && { validation: validation.id }),
    ...(here.policy.entry === 'approved' && approval && { approval: approval.id }),
    ...(used.length > 0 && { overrides: used }),
  };
}

function unsoaked({ before, version, here, now }: Question): Failure | undefined {
  const soak = before && soakOf(version.versionId, here.policy.soakHours, before, now);
  return !soak || soak.isOver ? undefined : failure('SoakNotOver', soak.message);
}

/** V7, P2: before anything else it must be one that may be used; beyond the first channel it is whole. */
function unreadiness({ version, refusal, before }: Question): Failure | undefined {
  const { number, status } = version;
  if (status === 'revoked') return refusal ?? failure('Revoked', `Version ${number} is revoked.`);
  if (refusal) return refusal;
  if (before && !['available', 'promoted', 'superseded'].includes(status)) {
    return failure('VersionNotReady', `Version ${number} is ${status}: it is not in all its regions yet.`);
  }
  return undefined;
}

function gateFailure({ before, overrides, now, version }: Question): Failure | undefined {
  if (!before) return undefined;
  const { channel, validation } = before;
  if (!validation) {
    const why = `Version ${version.number} has not passed the gate of ${channel}: it was never validated there. Promote it to ${channel} first, and validate it there.`;
    return failure('GateNotPassed', why);
  }
  const verdict = verdictOf(validation, channel, overrides, now);
  return verdict.isLetThrough ? undefined : failure('GateNotPassed', verdict.failure.message);
}

export interface Soak {
  readonly isOver: boolean;
  readonly until?: Instant;
  /** What it waits for, where it is not over. */
  readonly message: string;
}

/** P5: counted from when the channel before had it on all its hosts, and of its present stay there. */
export function soakOf(
  versionId: string,
  soakHours: number,
  before: NonNullable<Question['before']>,
  now: Instant,
): Soak {
  const { holds } = before.standing;
  if (holds?.versionId !== versionId) {
    const isOver = before.soakedAt !== undefined;
    return { isOver, message: `${before.channel} does not hold it: it has to be there, and to soak, first.` };
  }
  if (holds.appliedAt === undefined) {
    return {
      isOver: false,
      message: `${before.channel} is still being brought onto it: the soak begins then.`,
    };
  }
  const until = minutesAfter(holds.appliedAt, soakHours * 60);
  return { isOver: now >= until, until, message: `It soaks in ${before.channel} until ${until}.` };
}

/** P4 was asked of each who decided; an approval counts until its end. */
function unapproved({ approval, channel, here, now }: Question): Failure | undefined {
  if (here.policy.entry === 'automatic') return undefined;
  if (!approval) return failure('ApprovalRequired', `Entering ${channel} is to be approved first.`);
  const { id, status, expiresAt, decisions } = approval;
  const given = decisions.filter(({ decision }) => decision === 'approved').length;
  const { quorum } = here.policy.approval;
  switch (status) {
    case 'rejected': {
      const by = decisions.find(({ decision }) => decision === 'rejected');
      return failure('Rejected', `Approval ${id} was rejected by ${by?.by}: ${by?.reason}.`);
    }
    case 'expired':
      return failure('ApprovalExpired', `Approval ${id} could be given until ${expiresAt}.`);
    case 'approved':
      if (now >= expiresAt) return failure('ApprovalExpired', `Approval ${id} counted until ${expiresAt}.`);
      if (given >= quorum) return undefined;
      return failure(
        'ApprovalRequired',
        `${given} of ${counted(quorum, 'person has', 'people have')} approved it: ${id}.`,
      );
    case 'pending':
      return failure('ApprovalRequired', `Approval ${id} is open: ${given} of ${quorum} have approved it.`);
    case 'withdrawn':
      return failure('ApprovalRequired', `Approval ${id} was withdrawn: a new one is needed.`);
  }
}
