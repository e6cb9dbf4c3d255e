import { expect, it } from 'vitest';
import { type Json, type PublishingCloud, until } from './publishing-cloud.ts';

const external = { checks: [{ name: 'load-test', kind: 'external' }], minutes: 600 };

/** What a gate did not let through. */
export function gateStories(cloud: () => PublishingCloud): void {
  it('P1, P2: a required check that fails stops the release, and only somebody’s word with a reason and an end lets it through, which is seen for ever after', async () => {
    const { ask, send, get, history, release } = cloud();
    const [set, id] = ['checked', 'checked.1.0.0'];
    await cloud().define(set);
    await cloud().link('test', set, 'test');
    const memory = { name: 'memory', kind: 'probe', memory: { maxMb: 1 } };
    const image = { name: 'image', kind: 'health', which: 'ImageVersion' };
    await ask('PUT', `image-sets/${set}/channels/test/gate`, { checks: [memory, image], minutes: 240 });
    await ask('POST', `image-sets/${set}/versions`, { by: 'ana' });

    const blocked = await release(id, ({ status }) => status !== 'running');
    expect(blocked).toMatchObject({
      status: 'blocked',
      channel: 'test',
      stage: 'check',
      failure: { code: 'CheckFailed', message: expect.stringContaining('memory') },
    });
    expect(await cloud().running('test')).toEqual(['1.0.0']);
    expect(await history(`releases/${id}`)).toContainEqual(
      expect.objectContaining({ type: 'stage-failed', stage: 'check' }),
    );
    expect(await get(`releases/${id}/explain`)).toMatchObject({ because: [{ code: 'CheckFailed' }] });
    await until(async () => (await cloud().chat()).includes('memory'));
    const byHand = { version: '1.0.0', by: 'ana', reason: 'never mind' };
    expect(await send('POST', `image-sets/${set}/channels/production/promote`, byHand)).toMatchObject({
      status: 409,
      body: { error: { code: 'GateNotPassed', message: expect.stringContaining('memory') } },
    });

    const word = {
      checks: ['memory'],
      reason: 'the threshold is wrong',
      by: 'eve',
      expiresAt: cloud().inDays(2),
    };
    for (const missing of ['reason', 'expiresAt', 'checks']) {
      const refused = await send('POST', `releases/${id}/override`, { ...word, [missing]: undefined });
      expect(refused).toMatchObject({ status: 400, body: { error: { target: missing } } });
    }
    expect(await send('POST', `releases/${id}/override`, { ...word, checks: ['image'] })).toMatchObject({
      status: 400,
      body: { error: { target: 'checks' } },
    });
    await ask('POST', `releases/${id}/override`, word);

    const released = await release(id, ({ status }) => status === 'released');
    expect(released.channels.find(({ name }) => name === 'test')?.overrides).toMatchObject([
      { ...word, counts: true },
    ]);
    const proof = { validation: `${id}.test.1`, overrides: [word] };
    expect(await get(`image-sets/${set}/channels/production`)).toMatchObject({
      holds: { version: '1.0.0', proof },
    });
    expect(await history(`image-sets/${set}/channels/production`)).toContainEqual(
      expect.objectContaining({
        type: 'moved',
        wanted: expect.objectContaining({
          proof: expect.objectContaining({ overrides: [expect.objectContaining(word)] }),
        }),
      }),
    );
    expect(await history(`releases/${id}`)).toContainEqual(
      expect.objectContaining({ type: 'overridden', override: expect.objectContaining(word) }),
    );
    expect(JSON.stringify(await history(`image-sets/${set}/versions/1.0.0`))).toContain('production');
  });

  it('P3: an inconclusive check never passes: the release waits until it is run again, and a link that was used is refused', async () => {
    const { ask, send, release } = cloud();
    const [set, id] = ['reported', 'reported.1.0.0'];
    await cloud().define(set);
    await ask('PUT', `image-sets/${set}/channels/test/gate`, external);
    await ask('POST', `image-sets/${set}/versions`, { by: 'ana' });
    const validation = async (n: number) =>
      await until(async () => {
        const { status, body } = await send('GET', `validations/${id}.test.${n}`);
        return status === 200 && body;
      });
    const link = async (n: number) => {
      const path = `validations/${id}.test.${n}/checks/load-test/link`;
      return (await ask<{ reportTo: string }>('POST', path, { by: 'ana' })).reportTo;
    };

    await validation(1);
    const first = await link(1);
    const unsure = { outcome: 'inconclusive', evidence: 'the target was down' };
    expect(await send('POST', first, unsure, { 'x-functions-key': '' })).toMatchObject({ status: 200 });
    const blocked = await release(id, ({ status }) => status !== 'running');
    expect(blocked).toMatchObject({
      status: 'blocked',
      stage: 'check',
      failure: { code: 'CheckInconclusive' },
    });
    expect(await send('POST', first, { outcome: 'passed', evidence: 'it is up again' })).toMatchObject({
      status: 410,
      body: { error: { code: 'LinkUsed' } },
    });
    const byHand = { version: '1.0.0', by: 'ana' };
    expect(await send('POST', `image-sets/${set}/channels/production/promote`, byHand)).toMatchObject({
      status: 409,
      body: { error: { code: 'GateNotPassed' } },
    });
    expect(await release(id, () => true)).toMatchObject({ status: 'blocked', stage: 'check' });

    await ask('POST', `image-sets/${set}/versions/1.0.0/validate`, { channel: 'test', by: 'ana' });
    await validation(2);
    const report = { outcome: 'passed', evidence: 'p95 of 210 ms', measured: 210, unit: 'ms' };
    await ask('POST', await link(2), report);
    await release(id, ({ status }) => status === 'released');
    expect(await validation(2)).toMatchObject({ status: 'passed', checks: [{ measured: 210, unit: 'ms' }] });
    expect(await validation(1)).toMatchObject({ status: 'inconclusive' });
  });

  it('P2: nobody’s word lets a revoked version through', async () => {
    const { ask, send, release } = cloud();
    const [set, id] = ['reported', 'reported.1.1.0'];
    await ask('POST', `image-sets/${set}/versions`, { by: 'ana', number: '1.1.0' });
    await release(id, ({ stage, waitingFor = '' }) => stage === 'check' && waitingFor.includes('load-test'));
    const path = `validations/${id}.test.1/checks/load-test/link`;
    const { reportTo } = await ask<{ reportTo: string }>('POST', path, {});
    await ask('POST', reportTo, { outcome: 'failed', evidence: 'p95 of 9 s' });
    await release(id, ({ status }) => status === 'blocked');
    await ask('POST', `image-sets/${set}/versions/1.1.0/revoke`, { reason: 'it leaks', by: 'eve' });
    const word = { checks: ['load-test'], reason: 'it must go out', by: 'ana', expiresAt: cloud().inDays(1) };
    const refused = await send<{ error: Json }>('POST', `releases/${id}/override`, word);
    expect(refused.status).toBe(409);
    expect(refused.body.error['code']).toMatch(/^(Revoked|InvalidPhase)$/);
    await release(id, ({ status }) => status === 'revoked');
  });
}
