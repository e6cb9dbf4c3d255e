import { afterAll, expect, it } from 'vitest';
import { type Pool, type PublishingCloud, until } from './publishing-cloud.ts';
import { type Later, daysLater } from './publishing-later.ts';

const set = 'kept';
const of = (number: string) => `image-sets/${set}/versions/${number}`;

interface Line {
  readonly version: string;
  readonly action: string;
  readonly outcome?: string;
}

/** What retention announces, deprecates and deletes as the days pass, while people begin rollouts. */
export function retentionStories(cloud: () => PublishingCloud): void {
  let later: Later | undefined;
  afterAll(async () => await later?.stop());
  const goOn = async (days: number) => {
    await later?.stop();
    later = await daysLater(cloud().local, days);
  };
  const lines = async (method: 'GET' | 'POST') => {
    const path = `image-sets/${set}/retention${method === 'POST' ? '/run' : ''}`;
    const body = method === 'POST' ? { by: 'ana' } : undefined;
    const { versions } = await cloud().ask<{ versions: readonly Line[] }>(method, path, body);
    return new Map(versions.map((line) => [line.version, line]));
  };
  const run = async () => await lines('POST');
  const rollOut = async (pool: Pool, version: string) =>
    await cloud().send('POST', `host-pools/${pool}/rollouts`, { version });
  /** Whether a rollout that was asked for has turned back, because the version is over. */
  const isTurnedBack = async ({ status, body }: Awaited<ReturnType<typeof rollOut>>) => {
    if (status !== 202) expect(body).toMatchObject({ error: { code: 'VersionOver' } });
    return status !== 202 || (await cloud().rolled(String(body['id']))).failure?.code === 'VersionOver';
  };

  it('V6: people are told before a life ends; V5: what a rollout begins to use in that moment is not deprecated under it', async () => {
    const { define, link, built, ask, inDays } = cloud();
    const retention = { keepLast: 1, keepDays: 1, endOfLifeNoticeDays: 1, deleteDeprecatedAfterDays: 1 };
    await define(set, { retention });
    for (const pool of ['test', 'production'] as const) await link(pool, set, 'production');
    await built(set, ['1.0.0', '1.1.0']);
    for (const number of ['1.0.0', '1.1.0']) {
      // A little more than the notice that people are to have.
      await ask('PATCH', of(number), { endOfLifeDate: inDays(1.01), by: 'ana' });
    }
    await built(set, ['1.2.0', '1.3.0']);
    await until(async () => (await lines('GET')).get('1.1.0')?.action === 'notice');
    expect((await run()).get('1.1.0')).toMatchObject({ action: 'notice', outcome: 'done' });
    await until(async () => (await cloud().chat()).includes(`${set} 1.1.0 reaches the end of its life`));

    await goOn(1.3);
    expect((await lines('GET')).get('1.2.0')?.action).toBe('deprecate');
    const [ran, begun] = await Promise.all([run(), rollOut('test', '1.2.0')]);
    for (const number of ['1.0.0', '1.1.0']) {
      expect(ran.get(number)).toMatchObject({ action: 'deprecate', outcome: 'done' });
    }
    const { status } = await cloud().version(set, '1.2.0', 'available', 'deprecated');
    if (status === 'deprecated') expect(await isTurnedBack(begun)).toBe(true);
    expect(await rollOut('production', '1.0.0')).toMatchObject({
      status: 409,
      body: { error: { code: 'VersionOver' } },
    });
  });

  it('V5: what retention deletes is not deleted under a rollout that begins in the same moment', async () => {
    const { ask, send, version, isInGallery, inDays, running } = cloud();
    await goOn(2.6);
    const planned = await lines('GET');
    expect(['1.0.0', '1.1.0'].map((number) => planned.get(number)?.action)).toEqual(['delete', 'delete']);

    // Somebody gives it a longer life, and begins to roll it out.
    const saved = async () => {
      await send('PATCH', of('1.0.0'), { endOfLifeDate: inDays(30), by: 'ben' });
      return await rollOut('production', '1.0.0');
    };
    const [begun] = await Promise.all([saved(), run()]);
    const { status, imageVersionId = '' } = await version(set, '1.0.0', 'available', 'deprecated', 'deleted');
    expect(await isInGallery(imageVersionId)).toBe(status !== 'deleted');
    if (status !== 'available') expect(await isTurnedBack(begun)).toBe(true);
    if (status === 'deleted') expect(await running('production')).not.toContain('1.0.0');

    const gone = await version(set, '1.1.0', 'deleted');
    expect(await isInGallery(gone.imageVersionId ?? '')).toBe(false);
    expect(await ask('GET', of('1.1.0'))).toMatchObject({ deletion: { by: 'ana' } });
  });
}
