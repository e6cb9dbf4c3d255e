import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { postMessages } from '../../shared/notifications/post.ts';

/** What name servers answer, by name: the world outside is asked nothing here. */
const known: Record<string, readonly string[]> = {
  'inside.contoso.com': ['127.0.0.1'],
  'both.contoso.com': ['203.0.114.7', '127.0.0.1'],
  'metadata.contoso.com': ['169.254.169.254'],
  'nobody.contoso.com': [],
};
let asked = 0;

// Node's own resolver, which no port stands for: what is tested is that each name is looked up where it is called.
vi.mock('node:dns', async (original) => ({
  ...(await original<object>()),
  lookup(name: string, _: object, done: (error: null, found: LookupAddress[]) => void) {
    asked += 1;
    done(
      null,
      (known[name] ?? []).map((address) => ({ address, family: 4 })),
    );
  },
}));

let connected = 0;
const server = createServer((socket) => {
  connected += 1;
  socket.destroy();
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

it.each(Object.keys(known))('what is sent to %s goes nowhere: the name leads inside', async (name) => {
  const { port } = server.address() as AddressInfo;
  const before = asked;
  const message = { url: `https://${name}:${port}/hook`, headers: {}, body: '{}' };
  expect(await postMessages(false)(message)).toEqual({
    status: 0,
    refused: 'its address leads to this machine or a private network',
  });
  // Once, and what was judged is all that could have been connected to.
  expect([asked - before, connected]).toEqual([1, 0]);
});
