import { describe, expect, it } from 'vitest';
import { ApprovalId, DecideApproval } from '../../shared/approvals/request-bodies.ts';
import { approvalRoom } from '../../shared/approvals/room.ts';
import { approvalView } from '../../shared/approvals/view.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';

const noon = '2026-01-05T12:00:00.000Z';
const id = 'win11.1.1.0.production.1';
const asked = {
  id,
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
  channel: 'production',
  requestedBy: 'ana',
  quorum: 1,
  notRequester: true,
  days: 2,
  facts: '1.1.0 of win11 for production',
};
const ben = { by: 'ben', reason: 'seen it' };

async function room({ waits }: { waits?: string } = {}) {
  let now = noon;
  const nudged: string[] = [];
  const made = approvalRoom({
    releases: {
      nudge: async (version) => {
        nudged.push(version);
      },
      waitsFor: async () => waits,
    },
    rows: memoryRows(),
    due: memoryRows(),
    wake: async () => {},
    now: () => now,
  });
  await made.port.ensureAsked(asked);
  const pass = (minutes: number) => {
    now = minutesAfter(now, minutes);
  };
  return { ...made, nudged, pass };
}
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });

describe('what people may ask of approvals', () => {
  it('is which are open, with all that whoever decides needs', async () => {
    const { requests } = await room();
    expect((await requests.list({ all: false })).value.map(approvalView)).toEqual([
      {
        id,
        subject: { imageSet: 'win11', version: '1.1.0', channel: 'production' },
        status: 'pending',
        facts: '1.1.0 of win11 for production',
        requestedBy: 'ana',
        askedAt: noon,
        expiresAt: minutesAfter(noon, 2880),
        quorum: 1,
        stillNeeded: 1,
        decisions: [],
        mayNotApprove: ['ana', 'function key'],
        youCan: [`approve it: POST /approvals/${id}/approve`, `reject it: POST /approvals/${id}/reject`],
      },
    ]);
  });

  it('is to approve one, whose release hears of it', async () => {
    const { requests, nudged, port } = await room();
    const known = await requests.approve(id, ben);
    expect(approvalView(known)).toMatchObject({ status: 'approved', endedAt: noon, stillNeeded: 0 });
    expect(nudged).toEqual(['win11.1.1.0']);
    expect((await requests.list({ all: false })).value).toEqual([]);
    expect((await requests.list({ all: true })).value).toHaveLength(1);
    expect(await port.find(id)).toMatchObject({
      status: 'approved',
      decisions: [{ ...ben, at: noon, decision: 'approved' }],
    });
    expect((await requests.history(id)).value.map(({ event }) => event.type)).toEqual(['asked', 'decided']);
  });

  it('is to reject one: one who says no is enough, be it the requester', async () => {
    const { requests } = await room();
    expect(await requests.reject(id, { by: 'ana', reason: 'no' })).toMatchObject({
      approval: { phase: 'rejected', decisions: [{ by: 'ana', decision: 'rejected' }] },
    });
  });

  it('P4: is refused the requester, and who does not say his name', async () => {
    const { requests } = await room();
    for (const by of ['ana', 'Ana ', undefined]) {
      await expect(requests.approve(id, { reason: 'mine', by })).rejects.toMatchObject(
        refusal('SelfApprovalForbidden', 'by'),
      );
    }
    expect((await requests.get(id)).approval.decisions).toEqual([]);
  });

  it('is refused a second time, and once it is decided', async () => {
    const { requests, port } = await room();
    const two = 'win11.1.1.0.pilot.1';
    await port.ensureAsked({ ...asked, id: two, channel: 'pilot', quorum: 2 });
    await requests.approve(two, ben);
    await expect(requests.approve(two, { ...ben, by: 'Ben' })).rejects.toMatchObject(
      refusal('InvalidPhase', 'by'),
    );
    await requests.approve(two, { ...ben, by: 'carl' });
    await expect(requests.reject(two, { ...ben, by: 'dora' })).rejects.toMatchObject(
      refusal('InvalidPhase', 'id'),
    );
  });

  it('is refused after its end, whether anybody has looked at it since or not', async () => {
    const { requests, pass, advance, nudged } = await room();
    pass(2880);
    await expect(requests.approve(id, ben)).rejects.toMatchObject(refusal('ApprovalExpired', 'id'));
    expect((await requests.list({ all: false })).value).toEqual([]);
    await advance(id);
    expect((await requests.get(id)).approval.phase).toBe('expired');
    expect(nudged).toEqual(['win11.1.1.0']);
    await expect(requests.approve(id, ben)).rejects.toMatchObject(refusal('ApprovalExpired', 'id'));
  });

  it('is to decide by the version, where one is open', async () => {
    const { requests } = await room();
    expect(await requests.approveVersion('win11', '1.1.0', ben)).toMatchObject({
      id,
      approval: { phase: 'approved' },
    });
  });

  it('is told what the release waits for, where none is open', async () => {
    const { requests } = await room({ waits: 'is running: it waits for the soak.' });
    await requests.rejectVersion('win11', '1.1.0', ben);
    await expect(requests.approveVersion('win11', '1.1.0', ben)).rejects.toMatchObject({
      code: 'NotFound',
      target: '1.1.0',
      message: 'Version 1.1.0 of win11 has no open approval: its release is running: it waits for the soak.',
    });
    const { requests: others } = await room();
    await expect(others.approveVersion('win11', '9.9.9', ben)).rejects.toMatchObject({
      message: 'Version 9.9.9 of win11 has no open approval: it has no release.',
    });
  });

  it('is told to be exact, where several are open', async () => {
    const { requests, port } = await room();
    await port.ensureAsked({ ...asked, id: 'win11.1.1.0.pilot.1', channel: 'pilot' });
    await expect(requests.approveVersion('win11', '1.1.0', ben)).rejects.toMatchObject(
      refusal('InvalidPhase', '1.1.0'),
    );
  });

  it('is refused of one that there is not', async () => {
    const { requests } = await room();
    for (const ask of [requests.get('x'), requests.approve('x', ben), requests.history('x')]) {
      await expect(ask).rejects.toMatchObject(refusal('NotFound', 'x'));
    }
  });

  it('always has a reason', () => {
    expect(DecideApproval.safeParse({ by: 'ben' }).success).toBe(false);
    expect(DecideApproval.safeParse({ by: 'ben', reason: ' ' }).success).toBe(false);
    expect(DecideApproval.safeParse({ reason: 'seen' }).success).toBe(true);
    expect(ApprovalId.safeParse(id).success).toBe(true);
    expect(ApprovalId.safeParse('win11.1.1.0.production.hand-1').success).toBe(true);
    expect(ApprovalId.safeParse('../x').success).toBe(false);
  });
});

describe('what a release asks of approvals', () => {
  it('is to ask once, however often', async () => {
    const { port, pass } = await room();
    pass(60);
    expect(await port.ensureAsked(asked)).toMatchObject({
      status: 'pending',
      expiresAt: minutesAfter(noon, 2880),
      waitingFor: `somebody to approve it for production until ${minutesAfter(noon, 2880)}`,
    });
  });

  it('is to withdraw one, and one that is only about to be asked for', async () => {
    const { port } = await room();
    await port.withdraw(id, 'stopped');
    expect(await port.find(id)).toMatchObject({ status: 'withdrawn' });
    const later = { ...asked, id: 'win11.1.1.0.production.2' };
    await port.withdraw(later.id, 'stopped');
    expect(await port.find(later.id)).toBeUndefined();
    await port.withdraw(later.id, 'stopped', later);
    expect(await port.ensureAsked(later)).toMatchObject({ status: 'withdrawn' });
  });

  it('P4: is to have it decided at once by who promotes by hand, unless he may not', async () => {
    const { port, requests } = await room();
    const byHand = { ...asked, id: 'win11.1.1.0.production.hand-1' };
    await expect(port.ensureApproved(byHand, { by: 'ana', reason: 'r' })).rejects.toMatchObject({
      code: 'SelfApprovalForbidden',
    });
    expect(await port.find(byHand.id)).toBeUndefined();
    expect(await port.ensureApproved(byHand, ben)).toMatchObject({
      status: 'approved',
      decisions: [{ by: 'ben' }],
    });
    expect(await port.ensureApproved(byHand, { by: 'carl', reason: 'again' })).toMatchObject({
      decisions: [{ by: 'ben' }],
    });
    expect((await requests.list({ all: false })).value.map(({ id: which }) => which)).toEqual([id]);
  });
});
