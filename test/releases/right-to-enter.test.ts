import { describe, expect, it } from 'vitest';
import { approved, automatic, id, isBlocked, isEnded, number, releaseOf, set } from './release-of.ts';

const ben = { by: 'ben', reason: 'so' };
const toEnter = (channel: string, by = 'ben') => ({ set, number, channel, by });
const no = (code: string) => ({ ok: false, failure: { code, message: expect.stringMatching(/\.$/) } });

describe('the right to enter a channel', () => {
  it('P1: is none without a validation before, nor while it runs, nor once it failed', async () => {
    const { start, until, at, port } = await releaseOf({ outcomes: ['failed'] });
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('GateNotPassed'));
    await start();
    await until(at('check', 'test'));
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('GateNotPassed'));
    await until(isBlocked);
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('GateNotPassed'));
    expect(await port.proofFor(toEnter('test'))).toEqual({ ok: true, proof: {} });
  });

  it('P5: is none before the soak is over', async () => {
    const { start, until, at, port } = await releaseOf({
      policies: { pilot: { ...automatic, soakHours: 36 } },
    });
    await start();
    await until(at('soak', 'pilot'));
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('SoakNotOver'));
  });

  it('V7: is none of what is revoked, nor beyond the first channel of what is not whole', async () => {
    const { port, version } = await releaseOf();
    version.status = 'revoked';
    expect(await port.proofFor(toEnter('test'))).toMatchObject(no('Revoked'));
    version.status = 'building';
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('VersionNotReady'));
    expect(await port.proofFor({ ...toEnter('pilot'), number: '9.9.9' })).toMatchObject(no('NotFound'));
    expect(await port.proofFor(toEnter('nowhere'))).toMatchObject(no('NotFound'));
  });

  it('P4: is given by who promotes by hand, and on record as an approval, unless he may not', async () => {
    const policy = { ...approved, approval: { quorum: 1, notRequester: true, days: 2 } };
    const { start, until, at, port, approvals } = await releaseOf({ policies: { pilot: policy } });
    await start();
    await until(at('approve', 'pilot'));
    expect(await port.proofFor(toEnter('pilot', 'ana'))).toMatchObject(no('SelfApprovalForbidden'));
    expect(await port.proofFor(toEnter('pilot', 'ben'))).toEqual({
      ok: true,
      proof: { validation: `${id}.test.1`, approval: `${id}.pilot.hand-1` },
    });
    expect(await approvals.port.find(`${id}.pilot.hand-1`)).toMatchObject({
      status: 'approved',
      decisions: [{ by: 'ben', reason: 'ben promoted it to pilot by hand' }],
    });
  });

  it('P6: given by hand is for that movement alone: one that is refused moves nothing afterwards', async () => {
    const { start, until, at, port, world, approvals, channels } = await releaseOf({
      policies: { pilot: approved },
    });
    await start();
    await until(at('approve', 'pilot'));
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject({ ok: true });
    await world.passUntil(() => false, { days: 1 / 12 });
    expect(channels.ring('pilot').holds?.number).toBe('1.0.0');
    expect(await approvals.port.find(`${id}.pilot.1`)).toMatchObject({ status: 'pending' });
    // Moved after all, nobody need decide any more.
    channels.put('pilot', number);
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(await approvals.port.find(`${id}.pilot.1`)).toMatchObject({ status: 'withdrawn' });
  });

  it('P4: is given by hand also where its release has ended, and is not where several must agree', async () => {
    const policy = { ...approved, approval: { quorum: 2, notRequester: false, days: 2 } };
    const { start, until, at, port, requests, approvals } = await releaseOf({
      policies: { pilot: approved, production: policy },
    });
    await start();
    await until(at('approve', 'pilot'));
    await requests.stop(id, ben);
    await until(isEnded);
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject({
      ok: true,
      proof: { approval: `${id}.pilot.hand-1` },
    });
    expect((await approvals.requests.list({ all: false })).value).toEqual([]);
    expect(await port.proofFor(toEnter('production'))).toMatchObject(no('GateNotPassed'));
  });

  it('is none where several people must approve, and too few have', async () => {
    const policy = { ...approved, approval: { quorum: 2, notRequester: false, days: 2 } };
    const { start, until, at, port, approvals } = await releaseOf({ policies: { pilot: policy } });
    await start();
    await until(at('approve', 'pilot'));
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('ApprovalRequired'));
    await approvals.requests.approveVersion(set, number, ben);
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject(no('ApprovalRequired'));
    await approvals.requests.approveVersion(set, number, { ...ben, by: 'carl' });
    expect(await port.proofFor(toEnter('pilot'))).toMatchObject({ ok: true });
  });

  it('is told to others as what its release waits for', async () => {
    const { port, start } = await releaseOf();
    expect(await port.waitsFor(id)).toBeUndefined();
    await start();
    expect(await port.waitsFor(id)).toBe('is running: Stage build of test: it waits for its first look.');
    await port.nudge('win11.9.9.9');
  });
});
