import { type Approval, type ApprovalEvent, approvalLife } from '../../shared/approvals/approval.ts';
import type { Drawn } from '../support/diagram.ts';

const noon = '2026-01-05T12:00:00.000Z';
const later = '2026-01-06T12:00:00.000Z';
const subject = {
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
  channel: 'production',
  requestedBy: 'ana',
  quorum: 2,
  notRequester: true,
  facts: '',
};
const says = (by: string, decision: 'approved' | 'rejected'): ApprovalEvent => ({
  type: 'decided',
  by,
  reason: 'seen',
  at: noon,
  decision,
});

/** The life of an approval that two are to give, for the picture of it. */
export const approvalPicture: Drawn<Approval, ApprovalEvent> = {
  life: approvalLife,
  begins: { type: 'asked', subject, expiresAt: later, at: noon },
  label: ({ phase }) => phase,
  key: ({ phase, decisions }) => `${phase} ${decisions.length}`,
  events: () => [
    says('ben', 'approved'),
    says('cleo', 'approved'),
    says('dora', 'rejected'),
    { type: 'expired', at: later },
    { type: 'withdrawn', reason: '', at: noon },
  ],
};
