import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** What one person said, and why. */
export interface Decision {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly decision: 'approved' | 'rejected';
}

/** What is to be decided, and by whom it may be. */
export interface Subject {
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly requestedBy: string;
  /** So many different people must approve; one who rejects is enough. */
  readonly quorum: number;
  readonly notRequester: boolean;
  /** What whoever decides should know, in one line. */
  readonly facts: string;
}

interface Common extends Subject {
  readonly askedAt: Instant;
  readonly expiresAt: Instant;
  readonly decisions: readonly Decision[];
}

/** Whether a version may enter a channel, as people see it. */
export type Approval = Common &
  (
    | { readonly phase: 'pending' }
    | { readonly phase: 'approved' | 'rejected' | 'expired'; readonly at: Instant }
    | { readonly phase: 'withdrawn'; readonly at: Instant; readonly reason: string }
  );

export type ApprovalEvent =
  | { readonly type: 'asked'; subject: Subject; expiresAt: Instant; at: Instant }
  | ({ readonly type: 'decided' } & Decision)
  /** Asked for and decided in one, by whoever brings the version in by hand: never open to anybody else. */
  | { readonly type: 'given'; subject: Subject; expiresAt: Instant; by: string; reason: string; at: Instant }
  | { readonly type: 'expired'; at: Instant }
  /** With a subject it also keeps an approval that was not asked for yet from ever being open. */
  | { readonly type: 'withdrawn'; reason: string; at: Instant; subject?: Subject };

export interface ApprovalCommand {
  readonly type: 'expire';
}

export const approvalLife: Workflow<Approval, ApprovalEvent, ApprovalCommand> = {
  evolve(approval, event) {
    if (!approval) return begun(event);
    if (approval.phase !== 'pending') return approval;
    const { at } = event;
    switch (event.type) {
      case 'asked':
      case 'given':
        return approval;
      case 'decided':
        return refusalOf(approval, event) ? approval : decided(approval, event);
      case 'expired':
        return { ...approval, phase: 'expired', at };
      case 'withdrawn':
        return { ...approval, phase: 'withdrawn', at, reason: event.reason };
    }
  },

  decide(approval, now) {
    if (approval.phase !== 'pending') return {};
    return now < approval.expiresAt ? { lookAgainAt: approval.expiresAt } : { command: { type: 'expire' } };
  },

  isNews: () => true,
};

/**
 * Whether two names are of the same person, however they are written: the same name, or the same sign-in or key behind
 * it, `ana (oid 1a2b3c4d)` or `ana (key ci)`. A key says who has it and not who types: all who share it are one.
 */
export function isSame(one: string, other: string): boolean {
  const [{ name, proof }, theirs] = [parts(one), parts(other)];
  return (name !== '' && name === theirs.name) || (proof !== undefined && proof === theirs.proof);
}

/** `key ci` alone is a key that came without a name. */
function parts(by: string): { readonly name: string; readonly proof: string | undefined } {
  const text = by.trim().toLowerCase();
  const [, name = '', proof] = /^(.*?)\s*\(((?:key|oid) [^()]*)\)$/s.exec(text) ?? [];
  if (proof !== undefined) return { name, proof };
  return { name: text, proof: text.startsWith('key ') ? text : undefined };
}

/** Who asks without a name: nobody can tell that it is not the requester. */
export const nobody = 'function key';

/** Why this decision is not taken; undefined where it is. The same is asked again at the moment of saving. */
export function refusalOf(approval: Approval, { by, at, decision }: Decision): AppError | undefined {
  const target = 'by';
  if (approval.phase === 'expired' || (approval.phase === 'pending' && at >= approval.expiresAt)) {
    return new AppError('ApprovalExpired', `It could be decided until ${approval.expiresAt}.`, {
      target: 'id',
    });
  }
  if (approval.phase !== 'pending') {
    const message = `It is ${approval.phase} since ${approval.at}: there is nothing left to decide.`;
    return new AppError('InvalidPhase', message, { target: 'id' });
  }
  if (approval.decisions.some((one) => isSame(one.by, by))) {
    return new AppError('InvalidPhase', `${by} has decided already: somebody else is needed.`, { target });
  }
  if (decision === 'rejected' || !approval.notRequester) return undefined;
  if (isSame(approval.requestedBy, by)) {
    const message = `${by} requested the version: somebody else approves it for ${approval.channel}.`;
    return new AppError('SelfApprovalForbidden', message, { target });
  }
  if (!isSame(by, nobody)) return undefined;
  const message = `Say in \`by\` who approves: ${approval.channel} takes nobody who requested the version.`;
  return new AppError('SelfApprovalForbidden', message, { target });
}

/** How many more people must approve. */
export function stillNeeded({ quorum, decisions }: Approval): number {
  return Math.max(0, quorum - decisions.filter(({ decision }) => decision === 'approved').length);
}

function begun(event: ApprovalEvent): Approval | undefined {
  const { at } = event;
  if (event.type === 'asked') {
    const { subject, expiresAt } = event;
    return { ...subject, askedAt: at, expiresAt, decisions: [], phase: 'pending' };
  }
  if (event.type === 'given') {
    const { subject, expiresAt, by, reason } = event;
    const decision: Decision = { by, reason, at, decision: 'approved' };
    const asked: Approval = { ...subject, askedAt: at, expiresAt, decisions: [], phase: 'pending' };
    return refusalOf(asked, decision) ? undefined : decided(asked, decision);
  }
  if (event.type !== 'withdrawn' || !event.subject) return undefined;
  const { subject, reason } = event;
  return { ...subject, askedAt: at, expiresAt: at, decisions: [], phase: 'withdrawn', at, reason };
}

function decided(approval: Approval, { by, reason, at, decision: said }: Decision): Approval {
  const decision: Decision = { by, reason, at, decision: said };
  const known = { ...approval, decisions: [...approval.decisions, decision] };
  if (decision.decision === 'rejected') return { ...known, phase: 'rejected', at: decision.at };
  return stillNeeded(known) > 0 ? known : { ...known, phase: 'approved', at: decision.at };
}
