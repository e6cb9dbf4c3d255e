import { type Instant, minutesAfter } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import {
  type Approval,
  type ApprovalCommand,
  type ApprovalEvent,
  type Decision,
  refusalOf,
  stillNeeded,
  type Subject,
} from './approval.ts';

export type ApprovalEngine = Engine<Approval, ApprovalEvent, ApprovalCommand>;

export interface Asked extends Subject {
  readonly id: string;
  /** It can be decided for so long. */
  readonly days: number;
}

/** How an approval stands, as whoever asked for it sees it. */
export interface Stands {
  readonly id: string;
  readonly status: Approval['phase'];
  readonly decisions: readonly Decision[];
  readonly expiresAt: Instant;
  readonly waitingFor?: string;
}

/** What a release asks of approvals. */
export function approvalPort(approvals: ApprovalEngine, now: () => Instant) {
  const asked = async ({ id, days, ...subject }: Asked): Promise<Stands> => {
    const at = now();
    const expiresAt = minutesAfter(at, days * 24 * 60);
    const event: ApprovalEvent = { type: 'asked', subject: subjectOf(subject), expiresAt, at };
    return stands(id, (await approvals.record(id, () => event)).state);
  };
  return {
    /** Asks for it, or says how it stands. */
    ensureAsked: asked,

    async find(id: string): Promise<Stands | undefined> {
      const approval = await approvals.load(id);
      return approval && stands(id, approval);
    },

    /** Asks for it and has it decided at once: whoever brings a version in by hand approves it. */
    async ensureApproved({ id, days, ...given }: Asked, { by, reason }: { by: string; reason: string }) {
      const at = now();
      const expiresAt = minutesAfter(at, days * 24 * 60);
      const subject = subjectOf(given);
      const decision: Decision = { by, reason, at, decision: 'approved' };
      const { state } = await approvals.record(id, (approval) => {
        // Refused before it is on record: what nobody has asked people for must not be open.
        const open: Approval = { ...subject, askedAt: at, expiresAt, decisions: [], phase: 'pending' };
        const why = approval?.phase === 'approved' ? undefined : refusalOf(approval ?? open, decision);
        if (why) throw why;
        return approval
          ? { type: 'decided', ...decision }
          : { type: 'given', subject, expiresAt, by, reason, at };
      });
      return stands(id, state);
    },

    /** Nobody can decide it any more, even where it was only about to be asked for. */
    async withdraw(id: string, reason: string, subject?: Omit<Asked, 'id' | 'days'>): Promise<void> {
      if (!subject && !(await approvals.load(id))) return;
      await approvals.record(id, () => ({
        type: 'withdrawn',
        reason,
        at: now(),
        ...(subject && { subject: subjectOf(subject) }),
      }));
    },
  };
}

/** Only what belongs to it, whatever else it was handed with. */
function subjectOf(given: Subject): Subject {
  const { versionId, set, number, channel, requestedBy, quorum, notRequester, facts } = given;
  return { versionId, set, number, channel, requestedBy, quorum, notRequester, facts };
}

export function stands(id: string, approval: Approval): Stands {
  const { phase: status, decisions, expiresAt, channel } = approval;
  const more = stillNeeded(approval);
  const people = more === 1 ? 'somebody' : `${more} people`;
  const waitingFor = `${people} to approve it for ${channel} until ${expiresAt}`;
  return { id, status, decisions, expiresAt, ...(status === 'pending' && { waitingFor }) };
}
