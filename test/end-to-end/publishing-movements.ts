import { expect, it } from 'vitest';
import { type Json, type PublishingCloud, until } from './publishing-cloud.ts';

const byNumber = (one: number, other: number) => one - other;

/** Who moves a channel, and by what right. */
export function movementStories(cloud: () => PublishingCloud): void {
  it('P6: of promotions at the same time one wins, and the others get 412', async () => {
    const { ask, send, history } = cloud();
    const set = 'raced';
    const numbers = ['1.0.0', '1.1.0', '1.2.0'];
    await cloud().define(set);
    await cloud().built(set, numbers);
    const path = (channel: string) => `image-sets/${set}/channels/${channel}`;
    const promote = async (channel: string, version: string, etag?: string | null) => {
      const headers = etag ? { 'if-match': etag } : {};
      return (await send('POST', `${path(channel)}/promote`, { version, by: 'ana' }, headers)).status;
    };
    const moved = async (channel: string) =>
      (await history(path(channel))).flatMap((line) =>
        line.type === 'moved' ? [(line as unknown as { wanted: Json }).wanted['number']] : [],
      );

    // All decide on the channel as it was when their request came.
    const atOnce = await Promise.all(numbers.map(async (number) => await promote('test', number)));
    expect(atOnce.toSorted(byNumber)).toEqual([202, 412, 412]);
    const winner = numbers[atOnce.indexOf(202)] ?? '';
    expect(await cloud().settled(set, 'test')).toMatchObject({ holds: { version: winner } });
    expect(await moved('test')).toEqual([winner]);

    await ask('POST', `image-sets/${set}/versions/${winner}/validate`, { channel: 'test' });
    await until(async () => {
      const { body } = await send('GET', `validations/${set}.${winner}.test.1`);
      return body['status'] === 'passed';
    });
    const { etag } = await send('GET', path('production'));
    expect(etag).toMatch(/^"\d+"$/);
    const sameTag = [promote('production', winner, etag), promote('production', winner, etag)];
    expect((await Promise.all(sameTag)).toSorted(byNumber)).toEqual([202, 412]);
    expect(await cloud().settled(set, 'production')).toMatchObject({ holds: { version: winner } });
    expect(await promote('production', winner, etag)).toBe(412);
    expect(await moved('production')).toEqual([winner]);
  });

  it('P4: who requested a version may not approve it, nor may anybody twice: two others must', async () => {
    const { ask, send, release } = cloud();
    const [set, id] = ['approved', 'approved.1.0.0'];
    await cloud().define(set);
    const approval = { quorum: 2, notRequester: true, days: 7 };
    await ask('PUT', `image-sets/${set}/channels/production`, { entry: 'approved', approval });
    await ask('POST', `image-sets/${set}/versions`, { by: 'ana' });
    await release(id, ({ stage, channels }) => {
      const asked = channels.some((one) => one.approval?.status === 'pending');
      return stage === 'approve' && asked;
    });
    const approve = async (by?: string) =>
      await send('POST', `image-sets/${set}/versions/1.0.0/approve`, { reason: 'fine', by });

    for (const by of ['ana', undefined]) {
      expect(await approve(by)).toMatchObject({
        status: 403,
        body: { error: { code: 'SelfApprovalForbidden' } },
      });
    }
    expect(await approve('ben')).toMatchObject({ status: 200, body: { status: 'pending', stillNeeded: 1 } });
    expect((await approve('ben')).status).toBeGreaterThanOrEqual(400);
    expect(
      await send('POST', `image-sets/${set}/channels/production/promote`, { version: '1.0.0', by: 'ana' }),
    ).toMatchObject({
      status: 409,
      body: { error: { code: 'ApprovalRequired' } },
    });
    expect(await release(id, () => true)).toMatchObject({ status: 'running', stage: 'approve' });
    expect(await approve('eve')).toMatchObject({ status: 200, body: { status: 'approved' } });
    await release(id, ({ status }) => status === 'released');
    expect(await cloud().settled(set, 'production')).toMatchObject({
      holds: { version: '1.0.0', proof: { approval: `${id}.production.1` } },
    });
  });
}
