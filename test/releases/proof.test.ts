import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { ApprovalStanding, ChannelStanding, Validated } from '../../shared/releases/ports.ts';
import { proofOf, type Question } from '../../shared/releases/proof.ts';
import { approved, id, isEnded, number, releaseOf, set } from './release-of.ts';
import { checks } from './small-gates.ts';

const noon = '2026-01-05T12:00:00.000Z';
const earlier = minutesAfter(noon, -180);
const holds = { number, versionId: id, movement: 2, at: earlier, appliedAt: earlier };
const channel: ChannelStanding = { first: false, only: false, policy: approved, phase: 'settled', holds };
const validation: Validated = { id: `${id}.test.1`, status: 'passed', checks: checks('passed') };
const approval: ApprovalStanding = {
  id: `${id}.pilot.1`,
  status: 'approved',
  decisions: [{ by: 'ben', reason: 'so', at: earlier, decision: 'approved' }],
  expiresAt: minutesAfter(noon, 60),
};
const before = { channel: 'test', standing: channel, validation, soakedAt: undefined };
const question: Question = {
  channel: 'pilot',
  now: noon,
  version: {
    versionId: id,
    number,
    imageVersionId: '/v',
    status: 'available',
    regionsCompleted: 1,
    requestedBy: 'ana',
    requestedAt: earlier,
    notes: '',
  },
  refusal: undefined,
  here: { ...channel, holds: { ...holds, number: '1.0.0', versionId: 'win11.1.0.0' } },
  before,
  overrides: [],
  approval,
};
const soaking = (soakHours: number) => ({ ...question.here, policy: { ...approved, soakHours } });
const failed: Validated = { ...validation, status: 'failed', checks: checks('failed') };
const override = {
  checks: ['sign-in'],
  channel: 'test',
  by: 'eve',
  reason: 'r',
  at: earlier,
  expiresAt: minutesAfter(noon, 1),
};
const { holds: _, ...empty } = channel;

describe('the proof', () => {
  it.each<[string, Partial<Question>, string | undefined]>([
    ['P1: is there once all is so', {}, undefined],
    [
      'V7: is none where the version refuses',
      { refusal: failure('VersionOver', 'It is deleted.') },
      'VersionOver',
    ],
    [
      'P2: is none of what is revoked',
      { refusal: failure('Revoked', 'It is.'), overrides: [override] },
      'Revoked',
    ],
    [
      'is none of what is still built',
      { version: { ...question.version, status: 'building' } },
      'VersionNotReady',
    ],
    ['P1: is none without a validation', { before: { ...before, validation: undefined } }, 'GateNotPassed'],
    ['P1: is none of one that failed', { before: { ...before, validation: failed } }, 'GateNotPassed'],
    [
      'P1: is somebody’s word',
      { before: { ...before, validation: failed }, overrides: [override] },
      undefined,
    ],
    [
      'P1: is no word that has ended',
      { before: { ...before, validation: failed }, overrides: [{ ...override, expiresAt: noon }] },
      'GateNotPassed',
    ],
    [
      'P1: is no word about another channel',
      { before: { ...before, validation: failed }, overrides: [{ ...override, channel: 'pilot' }] },
      'GateNotPassed',
    ],
    [
      'P3: is none of what is inconclusive',
      {
        before: {
          ...before,
          validation: { ...failed, status: 'inconclusive', checks: checks('inconclusive') },
        },
      },
      'GateNotPassed',
    ],
    [
      'P3: is none of what is running, or was canceled, whatever its checks say',
      { before: { ...before, validation: { ...validation, status: 'canceled' } }, overrides: [override] },
      'GateNotPassed',
    ],
    ['P5: is there when the soak is just over', { here: soaking(3) }, undefined],
    ['P5: is none before', { here: soaking(4) }, 'SoakNotOver'],
    [
      'P5: is none where the channel before does not hold it',
      { before: { ...before, standing: empty } },
      'SoakNotOver',
    ],
    [
      'P5: is none where it is not on all hosts yet',
      { before: { ...before, standing: { ...channel, holds: { ...holds, appliedAt: undefined } } } },
      'SoakNotOver',
    ],
    ['P4: is none without an approval', { approval: undefined }, 'ApprovalRequired'],
    ['P4: is none while it is open', { approval: { ...approval, status: 'pending' } }, 'ApprovalRequired'],
    [
      'P4: is none once it was withdrawn',
      { approval: { ...approval, status: 'withdrawn' } },
      'ApprovalRequired',
    ],
    ['P4: is none once it was rejected', { approval: { ...approval, status: 'rejected' } }, 'Rejected'],
    [
      'P4: is none of one that nobody gave',
      { approval: { ...approval, status: 'expired' } },
      'ApprovalExpired',
    ],
    ['P4: is none after its end', { approval: { ...approval, expiresAt: noon } }, 'ApprovalExpired'],
    [
      'P4: is none of fewer people than the channel asks for by now',
      { here: { ...channel, policy: { ...approved, approval: { ...approved.approval, quorum: 2 } } } },
      'ApprovalRequired',
    ],
    ['is the approval alone for the first channel', { before: undefined }, undefined],
  ])('%s', (_title, otherwise, code) => {
    const proven = proofOf({ ...question, ...otherwise });
    expect(proven.ok ? undefined : proven.failure.code).toBe(code);
    if (!proven.ok) expect(proven.failure.message).toMatch(/\.$/);
  });

  it('names all that it rests on', () => {
    expect(
      proofOf({ ...question, before: { ...before, validation: failed }, overrides: [override] }),
    ).toEqual({
      ok: true,
      proof: { validation: `${id}.test.1`, approval: `${id}.pilot.1`, overrides: [override] },
    });
  });
});

describe('in the very moment', () => {
  it('V7: that it enters a channel a revocation is still seen', async () => {
    const one = await releaseOf();
    const { start, until, at, version, channels, world } = one;
    await start();
    await until(at('check', 'test'));
    // Revoked between the intention and the moment in which it is carried out.
    const intended = async () => {
      const release = await one.requests.get(id);
      return 'standing' in release && release.standing.intent?.what === 'move pilot to 1.1.0';
    };
    const rows = channels.port.standing;
    channels.port = {
      ...channels.port,
      standing: async (...asked) => {
        if (await intended()) version.status = 'revoked';
        return await rows(...asked);
      },
    };
    await world.passUntil(() => false, { days: 1 });
    expect(channels.ring('pilot').holds?.number).toBe('1.0.0');
    expect(await until(isEnded)).toMatchObject({ phase: 'revoked' });
  });

  it('that an approval is asked for a stop keeps it from being open', async () => {
    const held: { stop?: () => Promise<void> } = {};
    const one = await releaseOf({
      policies: { pilot: approved },
      beforeAsk: async () => await held.stop?.(),
    });
    held.stop = async () => {
      delete held.stop;
      await one.requests.stop(id, { by: 'ben', reason: 'so' });
      await one.advance(id);
      expect((await one.requests.get(id)).phase).toBe('stopped');
    };
    await one.start();
    await one.until(isEnded);
    await one.world.passUntil(() => false, { days: 1 / 24 });
    expect((await one.approvals.requests.list({ all: false })).value).toEqual([]);
    await expect(one.approvals.requests.approveVersion(set, number, { reason: 'r' })).rejects.toMatchObject({
      code: 'NotFound',
    });
  });
});
