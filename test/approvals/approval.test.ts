import { describe, expect, it } from 'vitest';
import {
  type Approval,
  type ApprovalEvent,
  approvalLife,
  isSame,
  refusalOf,
  stillNeeded,
} from '../../shared/approvals/approval.ts';
import { minutesAfter } from '../../shared/instant.ts';

const noon = '2026-01-05T12:00:00.000Z';
const expiresAt = minutesAfter(noon, 1440);
const subject = {
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
  channel: 'production',
  requestedBy: 'ana',
  quorum: 2,
  notRequester: true,
  facts: 'patches',
};
const asked: ApprovalEvent = { type: 'asked', subject, expiresAt, at: noon };
const at = minutesAfter(noon, 5);
const says = (by: string, decision: 'approved' | 'rejected' = 'approved', when = at): ApprovalEvent => ({
  type: 'decided',
  by,
  reason: 'seen',
  at: when,
  decision,
});
const withdrawn = { type: 'withdrawn', reason: 'stopped', at } as const satisfies ApprovalEvent;
const given = {
  type: 'given',
  subject: { ...subject, quorum: 1 },
  expiresAt,
  by: 'ben',
  reason: 'r',
  at,
} as const;
const expired: ApprovalEvent = { type: 'expired', at: expiresAt };

const after = (...story: ApprovalEvent[]): Approval => {
  const approval = [asked, ...story].reduce<Approval | undefined>(
    (known, event) => approvalLife.evolve(known, event),
    undefined,
  );
  if (!approval) throw new Error('nothing was asked');
  return approval;
};

const states = {
  pending: after(),
  'half approved': after(says('ben')),
  approved: after(says('ben'), says('carl')),
  rejected: after(says('ben', 'rejected')),
  expired: after(expired),
  withdrawn: after(withdrawn),
};
const events = {
  asked,
  'ben approves': says('ben'),
  'carl approves': says('carl'),
  'the requester approves': says('ana'),
  'nobody approves': says('function key'),
  'the requester rejects': says('ana', 'rejected'),
  'dora rejects': says('dora', 'rejected'),
  'too late': says('dora', 'approved', expiresAt),
  expired,
  withdrawn,
  given,
};

/** What becomes of an approval in each state by each event; `=` is: nothing. */
const table = `
                       | pending       | half approved | approved | rejected | expired | withdrawn
asked                  | =             | =             | =        | =        | =       | =
ben approves           | half approved | =             | =        | =        | =       | =
carl approves          | half approved | approved      | =        | =        | =       | =
the requester approves | =             | =             | =        | =        | =       | =
nobody approves        | =             | =             | =        | =        | =       | =
the requester rejects  | rejected      | rejected      | =        | =        | =       | =
dora rejects           | rejected      | rejected      | =        | =        | =       | =
too late               | =             | =             | =        | =        | =       | =
expired                | expired       | expired       | =        | =        | =       | =
withdrawn              | withdrawn     | withdrawn     | =        | =        | =       | =
given                  | =             | =             | =        | =        | =       | =`;
const [head = [], ...rows] = table
  .slice(1)
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const names = head.slice(1) as (keyof typeof states)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [names[index] ?? 'pending', event as keyof typeof events, cell] as const),
);
const nameOf = (approval: Approval) =>
  approval.phase === 'pending' && approval.decisions.length > 0 ? 'half approved' : approval.phase;

describe('an approval', () => {
  it.each(cases)('that is %s: %s leads to %s', (state, event, cell) => {
    expect(nameOf(states[state])).toBe(state);
    const next = approvalLife.evolve(states[state], events[event]);
    if (cell === '=') expect(next).toBe(states[state]);
    else expect(next && nameOf(next)).toBe(cell);
  });

  it('is told of in the table with every state and every event', () => {
    expect(names).toEqual(Object.keys(states));
    expect(rows.map(([event]) => event)).toEqual(Object.keys(events));
  });

  it.each(Object.entries(states))('X4, X5: that is %s ends by itself, or has ended', (_, state) => {
    const isOpen = state.phase === 'pending';
    expect(approvalLife.decide(state, noon)).toEqual(isOpen ? { lookAgainAt: expiresAt } : {});
    expect(approvalLife.decide(state, expiresAt)).toEqual(isOpen ? { command: { type: 'expire' } } : {});
  });

  it.each([
    ['ana', 'SelfApprovalForbidden'],
    [' ANA ', 'SelfApprovalForbidden'],
    ['function key', 'SelfApprovalForbidden'],
    ['ben', 'InvalidPhase'],
    ['Ben', 'InvalidPhase'],
    ['ana (oid 1a2b3c4d)', 'SelfApprovalForbidden'],
    ['ANA (key ci)', 'SelfApprovalForbidden'],
    ['carl', undefined],
    ['carl (key ci)', undefined],
  ])('P4: asked of %s once ben has approved it answers %s', (by, code) => {
    const decision = { by, reason: 'seen', at, decision: 'approved' } as const;
    expect(refusalOf(states['half approved'], decision)?.code).toBe(code);
  });

  it.each([
    ['dora@contoso.com (oid 1a2b3c4d)', 'dora.new@contoso.com (oid 1a2b3c4d)', true],
    ['dora@contoso.com (oid 1a2b3c4d)', 'Dora@Contoso.com', true],
    ['dora (key ci)', 'emil (Key CI) ', true],
    ['dora (key ci)', 'key ci', true],
    ['dora (key ci)', 'emil (key cd)', false],
    ['dora (oid 1a2b3c4d)', 'emil (oid 1a2b3c4e)', false],
    ['dora', 'emil', false],
  ])('P4: counts a person once, however the name is written: %s, %s', (one, other, same) => {
    expect([isSame(one, other), isSame(other, one)]).toEqual([same, same]);
  });

  it('P4: takes the requester’s own yes where the channel does not mind', () => {
    const easy = { ...after(), notRequester: false, quorum: 1 };
    expect(approvalLife.evolve(easy, says('ana'))?.phase).toBe('approved');
  });

  it('P4: that is given by hand is approved from its beginning, or never is', () => {
    expect(approvalLife.evolve(undefined, given)).toMatchObject({
      phase: 'approved',
      decisions: [{ by: 'ben', reason: 'r', at, decision: 'approved' }],
    });
    expect(approvalLife.evolve(undefined, { ...given, by: 'Ana' })).toBeUndefined();
  });

  it('counts how many more are needed', () => {
    expect([states.pending, states['half approved'], states.approved].map(stillNeeded)).toEqual([2, 1, 0]);
  });

  it('that was withdrawn before it was asked for is never open', () => {
    const gone = approvalLife.evolve(undefined, { ...withdrawn, subject });
    expect(gone?.phase).toBe('withdrawn');
    expect(approvalLife.evolve(gone, asked)).toBe(gone);
    expect(approvalLife.evolve(undefined, withdrawn)).toBeUndefined();
    expect(approvalLife.evolve(undefined, says('ben'))).toBeUndefined();
  });
});
