import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sink, startSink } from '../../infra/local/sink/sink.ts';
import { postMessages } from '../../shared/notifications/post.ts';

let sink: Sink;
beforeAll(async () => {
  sink = await startSink();
});
afterAll(async () => await sink.stop());

const message = (url: string) => ({
  url,
  headers: { 'content-type': 'application/json', 'webhook-id': 'e:1' },
  body: '{"n":1}',
});

async function order(answer: object): Promise<void> {
  await fetch(`${sink.url}/local/answers`, { method: 'POST', body: JSON.stringify(answer) });
}

describe('posting', () => {
  const post = postMessages(true);

  it('hands over the body and its headers, and says what was answered', async () => {
    expect(await post(message(`${sink.url}/a`))).toEqual({ status: 202 });
    expect(sink.received().at(-1)).toMatchObject({ body: { n: 1 }, headers: { 'webhook-id': 'e:1' } });
  });

  it('follows no redirect', async () => {
    await order({ status: 307, location: `${sink.url}/elsewhere`, path: '/b' });
    expect(await post(message(`${sink.url}/b`))).toEqual({ status: 307 });
    expect(sink.received().map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('says how long the receiver wants to be left alone', async () => {
    await order({ status: 429, retryAfter: 77, path: '/c' });
    expect(await post(message(`${sink.url}/c`))).toEqual({ status: 429, retryAfterSeconds: 77 });
  });

  it('says so too where the receiver names a time', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString();
    const server = createServer((_, response) => response.writeHead(503, { 'retry-after': at }).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { status, retryAfterSeconds = 0 } = await post(message(`http://127.0.0.1:${port}/`));
    server.close();
    expect(status).toBe(503);
    expect(Math.abs(retryAfterSeconds - 90)).toBeLessThan(30);
  });

  it('takes a receiver that dies half-way for one that nobody hears of', async () => {
    await order({ hangUp: true, path: '/d' });
    expect(await post(message(`${sink.url}/d`))).toEqual({ status: 0 });
    expect(await post(message(`${sink.url}/d`))).toEqual({ status: 202 });
  });

  it('goes to no private address unless it is allowed', async () => {
    const before = sink.received().length;
    const guarded = postMessages(false);
    expect(await guarded(message(`${sink.url}/e`))).toMatchObject({ refused: 'its address is not https' });
    const inside = 'its address leads to this machine or a private network';
    for (const url of ['https://127.0.0.1:9/x', 'https://169.254.169.254/x', 'https://[::1]/x']) {
      expect(await guarded(message(url))).toMatchObject({ status: 0, refused: inside });
    }
    expect(sink.received()).toHaveLength(before);
  });
});
