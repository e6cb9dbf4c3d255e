import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { OverrideChecks } from '../../shared/releases/request-bodies.ts';
import { releaseView } from '../../shared/releases/view.ts';
import { approved, id, isBlocked, number, releaseOf } from './release-of.ts';

const ben = { by: 'ben', reason: 'so' };
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });
const isReleased = (release: { phase: string }) => release.phase === 'released';

describe('what people may do about a gate that was not passed', () => {
  it('P1: is to override what failed, by name, with a reason, for a time; shown for ever', async () => {
    const { start, until, requests, world } = await releaseOf({ outcomes: ['failed'] });
    await start();
    expect(await until(isBlocked)).toMatchObject({
      stage: 'check',
      failure: { code: 'CheckFailed', message: expect.stringContaining('sign-in failed: 41 s') },
    });
    const expiresAt = minutesAfter(world.now(), 600);
    await requests.override(id, {
      checks: ['sign-in'],
      reason: 'known, fixed next week',
      by: 'eve',
      expiresAt,
    });
    const release = await until(isReleased);
    const override = {
      checks: ['sign-in'],
      channel: 'test',
      by: 'eve',
      reason: 'known, fixed next week',
      expiresAt,
    };
    expect(release.facts.way['pilot']?.proof).toMatchObject({ overrides: [override] });
    const view = releaseView(release, minutesAfter(expiresAt, 1));
    expect(view.channels[0]).toMatchObject({ overrides: [{ ...override, counts: false }] });
  });

  it('P1: is asked again when an override has ended before the next channel was entered', async () => {
    const { start, until, requests, world, channels } = await releaseOf({
      outcomes: ['failed'],
      policies: { pilot: { ...approved, entry: 'automatic', soakHours: 5 } },
    });
    await start();
    await until(isBlocked);
    const expiresAt = minutesAfter(world.now(), 60);
    await requests.override(id, { checks: ['sign-in'], reason: 'r', by: 'eve', expiresAt });
    await until((release) => !isBlocked(release));
    expect(await until(isBlocked)).toMatchObject({
      stage: 'check',
      index: 0,
      failure: { code: 'GateNotPassed' },
    });
    expect(channels.ring('pilot').holds?.number).toBe('1.0.0');
    // Validated once more it passes.
    await requests.resume(id, ben);
    expect(await until(isReleased)).toMatchObject({ phase: 'released' });
  });

  it('P3: inconclusive is not passed, and waits for somebody', async () => {
    const { start, until, world, requests, gates } = await releaseOf({
      outcomes: ['inconclusive', 'errored'],
    });
    await start();
    expect(await until(isBlocked)).toMatchObject({ failure: { code: 'CheckInconclusive' } });
    await world.passUntil(() => false, { days: 3 });
    expect((await requests.get(id)).phase).toBe('blocked');
    await requests.resume(id, ben);
    await until((release) => !isBlocked(release));
    await until(isBlocked);
    expect(gates.runs.map(({ validated }) => validated.id)).toEqual([`${id}.test.1`, `${id}.test.2`]);
  });

  it('goes on by itself once somebody has had it validated again', async () => {
    const { start, until, gates, port } = await releaseOf({ outcomes: ['inconclusive'] });
    await start();
    await until(isBlocked);
    gates.start(`${id}.test.2`, 'test');
    await port.nudge(id);
    expect(await until(isReleased)).toMatchObject({ phase: 'released' });
  });

  it.each([
    ['an unknown check', { checks: ['sign-in', 'nothing'] }, 'ValidationFailed', 'checks'],
    ['a check that passed', { checks: ['boot'] }, 'ValidationFailed', 'checks'],
    ['a check that is only advisory', { checks: ['apps'] }, 'ValidationFailed', 'checks'],
    ['another channel', { channel: 'pilot' }, 'ValidationFailed', 'channel'],
    ['an end in the past', { expiresAt: '2026-01-01T00:00:00.000Z' }, 'ValidationFailed', 'expiresAt'],
    ['an end too far off', { expiresAt: '2026-05-01T00:00:00.000Z' }, 'ValidationFailed', 'expiresAt'],
  ])('is refused an override with %s', async (_, wrong, code, target) => {
    const { start, until, requests, world } = await releaseOf({ outcomes: ['failed'] });
    await start();
    await until(isBlocked);
    const body = {
      checks: ['sign-in'],
      reason: 'r',
      by: 'eve',
      expiresAt: minutesAfter(world.now(), 60),
      ...wrong,
    };
    await expect(requests.override(id, body)).rejects.toMatchObject(refusal(code, target));
    expect((await requests.get(id)).facts.overrides).toEqual([]);
  });

  it('P2: is refused an override of what is revoked', async () => {
    const { start, until, requests, world, version } = await releaseOf({ outcomes: ['failed'] });
    await start();
    await until(isBlocked);
    version.status = 'revoked';
    const body = { checks: ['sign-in'], reason: 'r', expiresAt: minutesAfter(world.now(), 60) };
    await expect(requests.override(id, body)).rejects.toMatchObject(refusal('Revoked', number));
  });

  it('is refused an override where nothing is in the way, or only what is not over', async () => {
    const { start, requests, until, world, gates } = await releaseOf({ outcomes: ['failed'] });
    await start();
    const body = { checks: ['sign-in'], reason: 'r', expiresAt: minutesAfter(world.now(), 2000) };
    await expect(requests.override(id, body)).rejects.toMatchObject(refusal('InvalidPhase', id));
    await until(isBlocked);
    gates.start(`${id}.test.2`, 'test');
    await expect(requests.override(id, body)).rejects.toMatchObject(refusal('InvalidPhase', 'checks'));
  });

  it('always has a reason, and an override an end with a zone', () => {
    const body = { checks: ['sign-in'], reason: 'r', expiresAt: '2026-02-01T12:00:00+01:00' };
    expect(OverrideChecks.parse(body).expiresAt).toBe('2026-02-01T11:00:00.000Z');
    for (const wrong of [{ checks: [] }, { reason: ' ' }, { expiresAt: 'soon' }, { more: 1 }]) {
      expect(OverrideChecks.safeParse({ ...body, ...wrong }).success).toBe(false);
    }
  });
});
