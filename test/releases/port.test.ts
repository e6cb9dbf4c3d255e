import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { approved, automatic, id, isBlocked, isEnded, number, releaseOf, set } from './release-of.ts';

const ben = { by: 'ben', reason: 'so' };
const isReleased = (release: { phase: string }) => release.phase === 'released';
const toEnter = (channel: string, by = 'ben') => ({ set, number, channel, by });
const no = (code: string) => ({ ok: false, failure: { code, message: expect.stringMatching(/\.$/) } });

describe('a release', () => {
  it('is begun once, and goes as far as it is told to', async () => {
    const { start, until, channels, port, requests } = await releaseOf();
    await start({ upTo: 'pilot' });
    await start();
    expect(await until(isReleased)).toMatchObject({ channels: ['test', 'pilot'] });
    expect(channels.ring('production').holds?.number).toBe('1.0.0');
    await expect(start({ upTo: 'nowhere' })).rejects.toMatchObject({
      code: 'ValidationFailed',
      target: 'upTo',
    });
    expect(await port.usesOf(id)).toEqual([]);
    expect((await requests.list()).value.length).toBe(1);
  });

  it('waits for a build that failed, for it can be retried', async () => {
    const { start, until, version, requests, port, world } = await releaseOf();
    version.status = 'failed';
    version.failure = failure('StepFailed', 'Step 2 failed.');
    await start();
    await world.passUntil(() => false, { days: 1 });
    expect(await requests.explain(id)).toMatchObject({
      status: 'running',
      stage: 'build',
      because: [{ message: expect.stringContaining('a retry of the version, which failed: Step 2 failed.') }],
    });
    expect(await port.usesOf(id)).toEqual([{ kind: 'release', name: id, message: 'its release is running' }]);
    version.status = 'available';
    await port.nudge(id);
    expect(await until(isReleased)).toMatchObject({ phase: 'released' });
  });

  it('ends with the build that was canceled', async () => {
    const { start, until, version } = await releaseOf();
    version.status = 'canceled';
    await start();
    expect(await until(isEnded)).toMatchObject({ phase: 'canceled' });
  });

  it.each([
    ['revoked', 'revoked'],
    ['deprecated', 'stopped'],
    ['deleting', 'stopped'],
  ] as const)('P2, V7: is over once its version is %s, with nothing left open', async (status, phase) => {
    const { start, until, at, version, port, approvals, channels } = await releaseOf({
      policies: { pilot: approved },
    });
    await start();
    await until(at('approve', 'pilot'));
    version.status = status;
    await port.nudge(id);
    expect(await until(isEnded)).toMatchObject({ phase });
    expect((await approvals.requests.list({ all: false })).value).toEqual([]);
    expect(channels.ring('pilot').holds?.number).toBe('1.0.0');
  });

  it('P5: soaks from when it is applied, as long as the next channel asks for', async () => {
    const { start, until, channels } = await releaseOf({
      policies: { pilot: { ...automatic, soakHours: 36 } },
    });
    await start();
    await until(isReleased);
    const [inPilot, inTest] = [channels.ring('pilot').holds, channels.ring('test').holds];
    expect(inPilot?.at).toBeDefined();
    expect((inPilot?.at ?? '') >= minutesAfter(inTest?.appliedAt ?? '', 36 * 60)).toBe(true);
  });

  it('is superseded where a newer one comes before it has passed', async () => {
    const { start, until, at, channels } = await releaseOf();
    await start();
    await until(at('check', 'test'));
    channels.move('test', '1.2.0', 'request', 'r');
    expect(await until(isEnded)).toMatchObject({
      phase: 'superseded',
      newer: '1.2.0',
      channel: 'test',
      number,
    });
  });

  it('is superseded where a newer one comes before it has soaked', async () => {
    const { start, until, at, channels } = await releaseOf({
      policies: { pilot: { ...automatic, soakHours: 36 } },
    });
    await start();
    await until(at('soak', 'pilot'));
    channels.move('test', '1.2.0', 'request', 'r');
    expect(await until(isEnded)).toMatchObject({ phase: 'superseded' });
  });

  it('goes on where a newer one comes behind it, and not where one is ahead of it', async () => {
    const { start, until, at, channels, approvals } = await releaseOf({
      policies: { pilot: approved, production: approved },
    });
    await start();
    await until(at('approve', 'pilot'));
    channels.move('test', '1.2.0', 'request', 'r');
    await until(() => false, 0.2);
    await approvals.requests.approveVersion(set, number, ben);
    await until(at('approve', 'production'));
    expect(channels.ring('pilot').holds?.number).toBe(number);
    channels.move('production', '1.2.0', 'request', 'r');
    expect(await until(isEnded)).toMatchObject({
      phase: 'superseded',
      newer: '1.2.0',
      channel: 'production',
    });
  });

  it('P5: is over once a channel was taken back from it, whatever comes there next', async () => {
    const { start, until, at, channels, port } = await releaseOf({ policies: { pilot: approved } });
    await start();
    await until(at('approve', 'pilot'));
    channels.goBack('test', 'by hand');
    channels.put('test', '1.2.0');
    expect(await until(isEnded)).toMatchObject({ phase: 'superseded' });
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('SoakNotOver'));
  });

  it('says where it was taken back, and to what', async () => {
    const { start, until, at, channels } = await releaseOf({ policies: { pilot: approved } });
    await start();
    await until(at('approve', 'pilot'));
    channels.goBack('test', 'by hand');
    expect(await until(isEnded)).toMatchObject({ phase: 'rolled-back', wentBack: ['test'], to: '1.0.0' });
  });

  it('tries a movement that is stuck again when it is resumed, and one that was undone with a new request', async () => {
    for (const fate of ['stuck', 'undone'] as const) {
      const { start, until, requests, channels } = await releaseOf({ fates: [fate] });
      await start();
      expect(await until(isBlocked)).toMatchObject({ stage: 'enter', failure: { code: 'RolloutFailed' } });
      await requests.resume(id, ben);
      expect(await until(isReleased)).toMatchObject({ phase: 'released' });
      expect(channels.ring('test').movements).toBe(fate === 'stuck' ? 2 : 3);
    }
  });

  it('is blocked again by what is stuck again, though its own retry came to nothing or was never heard of', async () => {
    const { start, until, requests, channels } = await releaseOf({ fates: ['stuck', 'stuck'] });
    await start();
    await until(isBlocked);
    // As if the process had died after it asked the channel to go on.
    await channels.port.retry(set, 'test', id, 'ben');
    await requests.resume(id, ben);
    expect(await until(isBlocked)).toMatchObject({ stage: 'enter', failure: { code: 'RolloutFailed' } });
    expect(channels.retries).toBe(1);
  });

  it('is blocked when nobody approves in time, and asks anew when it is resumed', async () => {
    const { start, until, requests, approvals } = await releaseOf({ policies: { pilot: approved } });
    await start();
    expect(await until(isBlocked)).toMatchObject({ stage: 'approve', failure: { code: 'ApprovalExpired' } });
    await requests.resume(id, ben);
    await until((release) => release.phase === 'running' && release.standing.waitingFor.includes('pilot.2'));
    await approvals.requests.approve(`${id}.pilot.2`, ben);
    expect(await until(isReleased)).toMatchObject({ phase: 'released' });
  });

  it('ends with the reason of who rejects it', async () => {
    const { start, until, at, approvals } = await releaseOf({ policies: { pilot: approved } });
    await start();
    await until(at('approve', 'pilot'));
    await approvals.requests.rejectVersion(set, number, { by: 'eve', reason: 'it is slow' });
    expect(await until(isEnded)).toMatchObject({
      phase: 'stopped',
      by: 'eve',
      reason: 'Rejected for pilot: it is slow',
    });
  });

  it('of a set with one channel is approved, for there is no place to prove it before', async () => {
    const { start, until, at, approvals } = await releaseOf({
      channels: ['production'],
      policies: { production: approved },
    });
    await start();
    await until(at('approve', 'production'));
    await approvals.requests.approveVersion(set, number, ben);
    expect(await until(isReleased)).toMatchObject({ channels: ['production'] });
  });
});
