import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clockFrom } from '../../infra/local/clock.ts';
import { type Local, startLocal } from '../../infra/local/local.ts';

const app = join(import.meta.dirname, 'app');

const call = async ({ url, keys }: Local, path: string, method = 'GET') =>
  await fetch(`${url}/api/${path}`, { method, headers: { 'x-functions-key': keys.host } });

async function eventually<T>(look: () => Promise<T | undefined>, ms = 15_000): Promise<T> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(50)) {
    const seen = await look();
    if (seen !== undefined) return seen;
  }
  throw new Error(`not seen in ${ms} ms`);
}

const noted = (local: Local, id: string) =>
  eventually(async () => ((await call(local, `notes/${id}`)).status === 200 ? true : undefined));

/** What is in the queue that the app works from. */
const waiting = async ({ broker }: Local) => {
  const counts = await (await fetch(`${broker.http}/counts`)).json();
  return (counts as Record<string, { active: number }>)['advance-image'] ?? { active: Number.NaN };
};

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the local cloud', () => {
  let local: Local;
  beforeAll(async () => {
    local = await startLocal({ app, speed: 60, startAt: Date.UTC(2030, 0, 8), settings: { Extra: 'more' } });
  });
  afterAll(async () => await local.stop());

  it('hands the app its settings, and one clock to all', async () => {
    const settings = (await (await call(local, 'settings')).json()) as Record<string, string>;
    expect(settings).toMatchObject({
      PublicUrl: local.url,
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      Extra: 'more',
      LocalClock: local.clock.text,
      clock: { speed: 60, text: local.clock.text },
    });
    expect(clockFrom(settings['LocalClock'] ?? '').now()).toBeGreaterThan(Date.UTC(2030, 0, 8));
  });

  it('lets nobody in without a key', async () => {
    expect((await fetch(`${local.url}/api/settings`)).status).toBe(401);
  });

  it('carries a request over queue, function and table to the webhook', async () => {
    expect((await call(local, 'notes/first', 'POST')).status).toBe(202);
    await noted(local, 'first');
    const webhooks = await eventually(async () => {
      const all = (await (await fetch(`${local.sink.url}/received`)).json()) as { path: string }[];
      return all.length > 0 ? all : undefined;
    });
    expect(webhooks).toMatchObject([{ path: '/teams', body: { id: 'first' } }]);
  });

  it('starts the killed app again at the same address, with what it had written', async () => {
    await call(local, 'notes/kept', 'POST');
    await noted(local, 'kept');
    const before = local.app.pid;
    await local.app.kill();
    expect(lives(before)).toBe(false);
    await expect(call(local, 'settings')).rejects.toThrow('fetch failed');
    await local.app.start();
    expect(local.app.pid).not.toBe(before);
    expect((await call(local, 'notes/kept')).status).toBe(200);
  });

  it('keeps a message that the broker had accepted when it was killed', async () => {
    // Killed after it had written and before it had said so, the app has the message before once more.
    await eventually(async () => ((await waiting(local)).active === 0 ? true : undefined));
    await local.app.stop();
    const bus = new ServiceBusClient(local.broker.connectionString);
    await bus.createSender('advance-image').sendMessages({ body: { id: 'accepted' } });
    await bus.close();
    await local.brokerProcess.kill();
    await local.brokerProcess.start();
    expect(await waiting(local)).toMatchObject({ active: 1 });
    await local.app.start();
    await noted(local, 'accepted');
  });

  it('works on after the broker was killed under the running app', async () => {
    await local.brokerProcess.kill();
    await local.brokerProcess.start();
    expect((await call(local, 'notes/after', 'POST')).status).toBe(202);
    await noted(local, 'after');
  });
});

describe('a process of the local cloud', () => {
  it('that ends by itself is reported with its last words', async () => {
    const local = await startLocal({ app });
    await call(local, 'crash', 'POST').catch(() => undefined);
    const { message } = await local.died;
    expect(message).toContain('functions-host ended with code 3');
    expect(message).toContain('these are my last words');
    await local.stop();
  });

  it('that does not come up fails the start with its last words, and leaves nothing running', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'empty-'));
    await expect(startLocal({ app: folder })).rejects.toThrow(/functions-host ended with code 1\n.*json/s);
    await rm(folder, { recursive: true });
  });

  it('ends when the process that started it is killed', async () => {
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'local-process.ts'), app], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const { pids, folder } = JSON.parse(line) as { pids: number[]; folder: string };
    expect(pids.filter(lives)).toHaveLength(3);
    parent.kill('SIGKILL');
    await eventually(async () => (pids.some(lives) ? undefined : true), 5000);
    await rm(folder, { recursive: true });
  });
});

describe('state of the local cloud', () => {
  it('is kept in the folder that was named, keys and time included', async () => {
    const state = await mkdtemp(join(tmpdir(), 'state-'));
    const first = await startLocal({ app, state, speed: 1000 });
    await call(first, 'notes/old', 'POST');
    await noted(first, 'old');
    const then = first.clock.now();
    await first.stop();

    const second = await startLocal({ app, state });
    expect(second.keys).toEqual(first.keys);
    expect((await call(second, 'notes/old')).status).toBe(200);
    expect(second.clock.now()).toBeGreaterThanOrEqual(then);
    await second.stop();
    expect(existsSync(join(state, 'tables.sqlite'))).toBe(true);
    await rm(state, { recursive: true });
  });
});
