import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Received, type Sink, startSink } from '../../../infra/local/sink/sink.ts';

describe('the webhook sink', () => {
  let sink: Sink;
  beforeEach(async () => {
    sink = await startSink();
  });
  afterEach(async () => await sink.stop());
  const post = async (path: string, body: unknown) =>
    await fetch(sink.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('takes any webhook with 202 and nothing else, and shows what came', async () => {
    const answer = await post('/teams', { text: 'promoted' });
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    await post('/other?sig=1', 'not json');
    const shown = (await (await fetch(`${sink.url}/received`)).json()) as Received[];
    expect(shown).toMatchObject([
      { path: '/teams', body: { text: 'promoted' }, status: 202 },
      { path: '/other', body: 'not json', status: 202 },
    ]);
    expect(sink.received()).toEqual(shown);
  });

  it('refuses as often as it was told, only on the path it was told', async () => {
    await post('/local/answers', { status: 429, times: 2, path: '/teams', retryAfter: 5 });
    const statuses = [];
    for (const path of ['/teams', '/slack', '/teams', '/teams']) statuses.push((await post(path, {})).status);
    expect(statuses).toEqual([429, 202, 429, 202]);
    await post('/local/answers', { status: 429, retryAfter: 5 });
    expect((await post('/teams', {})).headers.get('retry-after')).toBe('5');
  });

  it('can take a webhook and hang up, which leaves the sender in the dark', async () => {
    await post('/local/answers', { hangUp: true });
    await expect(post('/teams', { n: 1 })).rejects.toThrow('fetch failed');
    expect(sink.received()).toMatchObject([{ body: { n: 1 } }]);
  });

  it('refuses more than Teams would take', async () => {
    expect((await post('/teams', 'x'.repeat(28 * 1024 + 1))).status).toBe(413);
  });

  it('says what is wrong with an order it cannot follow', async () => {
    const answer = await post('/local/answers', { status: 99 });
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'status must be 200 to 599' }]);
  });
});
