import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';

/** What the receiver does with a message: takes it, or one of the ways in which receivers fail. */
type Way = 'takes' | 500 | 'hangs' | 'redirects' | 'hangs up' | 'asks for a pause' | 'wants none of it';

interface Arrived {
  readonly id: string;
  readonly subject: string;
  readonly sequence: string;
  readonly type: string;
  readonly way: Way;
  /** In the machine's own time. */
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A real receiver, which does as it is told with each message in turn, and takes what comes after. */
async function receiver() {
  const arrived: Arrived[] = [];
  const ways: Way[] = [];
  let elsewhere = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/elsewhere') elsewhere += 1;
    const body = (await buffer(request)).toString();
    const event = JSON.parse(body) as Pick<Arrived, 'id' | 'subject' | 'sequence' | 'type'>;
    const way = ways.shift() ?? 'takes';
    const { id, subject, sequence, type } = event;
    const headers = request.headers as Record<string, string>;
    arrived.push({ id, subject, sequence, type, way, atMs: Date.now(), headers, body });
    answer(way, response);
  };
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrived,
    ways,
    elsewhere: () => elsewhere,
    taken: () => arrived.filter(({ way }) => way === 'takes'),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(way: Way, response: ServerResponse): void {
  switch (way) {
    case 'takes':
      return void response.writeHead(204).end();
    case 500:
      return void response.writeHead(500).end();
    case 'hangs':
      return; // for longer than anybody waits
    case 'redirects':
      return void response.writeHead(307, { location: '/elsewhere' }).end();
    case 'hangs up':
      return void response.destroy();
    case 'wants none of it':
      return void response.writeHead(400).end();
    case 'asks for a pause':
      return void response.writeHead(429, { 'retry-after': '20' }).end();
  }
}

// Ten seconds of silence are 100 of the app's: less than it holds an attempt for.
const speed = 10;
const threeDaysMs = 3 * 24 * 3_600_000;
const state = mkdtempSync(join(tmpdir(), 'goldsmith-receivers-'));
let local: Local;
let hook: Awaited<ReturnType<typeof receiver>>;
let others: Awaited<ReturnType<typeof receiver>>;
/** What was told, in the order in which it happened. */
let happened = 0;

beforeAll(async () => {
  [hook, others] = [await receiver(), await receiver()];
  local = await startLocal({ speed, state, onLine: () => {} });
}, 60_000);
afterAll(async () => {
  await local?.stop();
  hook.stop();
  others.stop();
  rmSync(state, { recursive: true });
});

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${local.url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', 'if-match': '*' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answered = (await response.json()) as Record<string, unknown>;
  expect({ method, path, status: response.status, answered }).toMatchObject({
    status: expect.toSatisfy((status: number) => status < 300),
  });
  return { answered, at: response.headers.get('operation-location') };
}

const subscribe = async (id: string, url: string, types: readonly string[]) => {
  const response = await fetch(`${local.url}/api/subscriptions/${id}`, {
    method: 'PUT',
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'webhook', url, types }),
  });
  return ((await response.json()) as { secret: string }).secret;
};

/** So many events, of three subjects by turns. */
async function happen(events: number) {
  const until = new Date(local.clock.now() + 30 * 24 * 3_600_000).toISOString();
  for (let n = 0; n < events; n += 1) {
    happened += 1;
    const scope = { kind: 'all' };
    const response = await fetch(`${local.url}/api/freezes/freeze-${happened % 3}`, {
      method: 'PUT',
      headers: {
        'x-functions-key': local.keys.host,
        'content-type': 'application/json',
        ...(happened > 3 && { 'if-match': '*' }),
      },
      body: JSON.stringify({ scope, reason: `the ${happened}th`, until }),
    });
    expect(response.status).toBeLessThan(300);
  }
}

async function until(isSo: () => boolean | Promise<boolean>, ms = 40_000) {
  const late = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > late)
      throw new Error(`it never was so: ${JSON.stringify(hook.arrived.map(({ id, way }) => [id, way]))}`);
    await sleep(100);
  }
}

const allTaken = (of: typeof hook, count: number) =>
  until(() => new Set(of.taken().map(({ id }) => id)).size >= count);

/** Of each subject, the order in which its events were first taken: but for the one that was refused for good. */
function isInOrder({ arrived, taken: all }: typeof hook) {
  const dead = new Set(arrived.filter(({ way }) => way === 'wants none of it').map(({ id }) => id));
  const taken = all().filter(({ id }) => !dead.has(id));
  for (const subject of new Set(taken.map((one) => one.subject))) {
    const first = new Map<string, string>();
    for (const one of taken)
      if (one.subject === subject && !first.has(one.id)) first.set(one.id, one.sequence);
    const sequences = [...first.values()];
    expect(sequences).toEqual(sequences.toSorted());
  }
}

/** Holds the signature by the verifier of Standard Webhooks, at the time that the message says it is. */
function verify({ headers, body }: Arrived, secret: string) {
  vi.useFakeTimers({ toFake: ['Date'], now: Number(headers['webhook-timestamp']) * 1000 });
  try {
    return new Webhook(secret).verify(body, headers);
  } finally {
    vi.useRealTimers();
  }
}

const msBetween = (one: number, other: number) =>
  (hook.arrived[other]?.atMs ?? 0) - (hook.arrived[one]?.atMs ?? 0);

let secret = '';
let newer = '';

it('a receiver that fails in every way and comes back has missed nothing, and got nothing out of order', async () => {
  secret = await subscribe('cmdb', hook.url, ['freeze']);
  await subscribe('watch', others.url, ['subscription', 'freeze']);
  hook.ways.push(500, 'hangs', 'takes', 'hangs up', 'asks for a pause', 'takes');
  hook.ways.push('redirects', 'takes', 'wants none of it');
  await happen(9);
  // What is refused for good is dead, and kept for somebody to send again.
  await allTaken(hook, 8);
  await allTaken(others, 9);
  isInOrder(hook);
  isInOrder(others);
  for (const one of hook.arrived)
    expect(verify(one, secret)).toMatchObject({ id: one.headers['webhook-id'] });

  // Ten real seconds of silence, and then some of the clock's.
  expect(new Set(hook.arrived.slice(0, 3).map(({ id }) => id)).size).toBe(1);
  expect(msBetween(1, 2)).toBeGreaterThan(9_500);
  expect(new Set(hook.arrived.slice(3, 6).map(({ id }) => id)).size).toBe(1);
  expect(msBetween(4, 5)).toBeGreaterThan(20_000 / speed - 100);
  expect(hook.elsewhere()).toBe(0);
}, 90_000);

it('what it refused for good is sent again by call, with the same id', async () => {
  const { answered } = await ask('GET', 'subscriptions/cmdb/deliveries');
  const log = answered['value'] as { event: string; state: string; said: string }[];
  const dead = log.filter(({ state }) => state === 'dead');
  expect(dead).toHaveLength(1);
  expect(dead[0]?.said).toContain('400');
  const asked = await ask('POST', `subscriptions/cmdb/deliveries/${dead[0]?.event}/redeliver`);
  await allTaken(hook, 9);
  expect(hook.taken().at(-1)?.id).toBe(dead[0]?.event);
  const operation = async () => {
    const response = await fetch(asked.at ?? '', { headers: { 'x-functions-key': local.keys.host } });
    return ((await response.json()) as { status: string }).status;
  };
  await until(async () => (await operation()) === 'Succeeded');
}, 90_000);

it('a key that is changed in between signs beside the one before', async () => {
  const { answered } = await ask('POST', 'subscriptions/cmdb/rotate-secret');
  newer = String(answered['secret']);
  await happen(3);
  await allTaken(hook, 12);
  for (const one of hook.taken().slice(-3)) {
    expect(one.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const key of [secret, newer]) expect(verify(one, key)).toMatchObject({ id: one.id });
  }
}, 60_000);

it('one that takes nothing for three days is paused, the others hear of it, and resumed it misses nothing', async () => {
  hook.ways.push(500);
  await happen(1);
  await until(() => hook.ways.length === 0);
  // Three days later, with the app begun anew, it still fails.
  const startAt = local.clock.now() + threeDaysMs;
  await local.stop();
  hook.ways.push(...Array.from({ length: 20 }, () => 500 as const));
  local = await startLocal({ speed, state, startAt, onLine: () => {} });
  const paused = async () => (await ask('GET', 'subscriptions/cmdb')).answered['status'] === 'paused';
  await until(paused);
  await until(() => others.taken().some(({ type }) => type === 'com.goldsmith.subscription.disabled.v1'));
  await happen(4);
  const before = hook.arrived.length;
  hook.ways.length = 0;
  await ask('POST', 'subscriptions/cmdb/resume');
  await allTaken(hook, happened);
  isInOrder(hook);
  expect(hook.arrived.slice(before)).toHaveLength(5);
  // By now the first key is a matter of the past.
  for (const one of hook.taken().slice(-5)) {
    expect(verify(one, newer)).toMatchObject({ id: one.id });
    expect(() => verify(one, secret)).toThrow('No matching signature');
  }
  await until(() => others.taken().length >= happened + 1);
  isInOrder(others);
}, 90_000);
