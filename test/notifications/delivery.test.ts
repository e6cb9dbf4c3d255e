import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/notifications/ports.ts';
import { signed } from '../../shared/notifications/signature.ts';
import { isWanted } from '../../shared/notifications/wanted.ts';
import { happening, key, receiving, webhook } from './receiver.ts';

const day = 24 * 3600;

describe('a delivery', () => {
  const always = (answer: Answer) => Array.from({ length: 9 }, () => answer);
  const stories: [title: string, answers: Answer[], state: string, posts: number][] = [
    ['is over once it is taken', [{ status: 202 }], 'delivered', 1],
    ['is tried again when the receiver is down', [{ status: 503 }, { status: 0 }], 'delivered', 3],
    ['is tried again when the receiver is busy', [{ status: 429 }, { status: 425 }], 'delivered', 3],
    ['is dead when the receiver is gone', [{ status: 404 }], 'dead', 1],
    ['is tried again where it is sent elsewhere, and never follows', [{ status: 302 }], 'delivered', 2],
    ['is dead after the last attempt', always({ status: 500 }), 'dead', 7],
  ];
  for (const [title, answers, state, posts] of stories) {
    it(title, async () => {
      const one = await receiving((attempt) => answers[attempt - 1] ?? { status: 200 });
      await one.append(happening(1));
      await one.pass(10 * 3600, 5);
      expect([(await one.logged())[0]?.state, one.posts.length]).toEqual([state, posts]);
      expect((await one.logged())[0]?.attempts).toBe(posts);
    });
  }

  it('waits 5 s, 30 s, 2 min, 10 min, 1 h and 6 h between its attempts', async () => {
    const one = await receiving(() => ({ status: 500 }));
    await one.append(happening(1));
    await one.pass(8 * 3600);
    const times = one.posts.map(({ at }) => Date.parse(at) / 1000);
    expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual([
      5, 30, 120, 600, 3600, 21_600,
    ]);
  });

  it('waits as long as the receiver asks', async () => {
    const one = await receiving((n) => (n === 1 ? { status: 429, retryAfterSeconds: 300 } : { status: 200 }));
    await one.append(happening(1));
    await one.pass(400);
    const [first, second] = one.posts.map(({ at }) => Date.parse(at));
    expect((second ?? 0) - (first ?? 0)).toBe(300_000);
  });

  it('is sent once when several look at it at once', async () => {
    const one = await receiving(() => ({ status: 200 }));
    await one.append(happening(1));
    await one.pass(30, 5, 4);
    expect(one.posts).toHaveLength(1);
  });

  it('is never overtaken: what comes after waits until it is taken or dead', async () => {
    const one = await receiving((n) => ({ status: n <= 3 ? 500 : 200 }));
    await one.append(happening(1), happening(2), happening(3));
    await one.pass(600);
    const id = (n: number) => `rollout:r:${n}`;
    expect(one.sent()).toEqual([id(1), id(1), id(1), id(1), id(2), id(3)]);
  });

  it('that is dead keeps none of the others back, and can be sent once more with the same id', async () => {
    const one = await receiving((n) => ({ status: n === 1 ? 400 : 200 }));
    await one.append(happening(1), happening(2));
    await one.pass(30);
    const position = (await one.feed.placeOf('rollout:r:1')) ?? 0;
    const asked = { position, event: 'rollout:r:1', by: 'ann' };
    await one.engine.record('s', () => ({ type: 'redelivery-asked', ...asked, at: one.now() }));
    await one.pass(30);
    expect(one.sent()).toEqual(['rollout:r:1', 'rollout:r:2', 'rollout:r:1']);
    expect((await one.logged()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(await one.subscription()).toMatchObject({ cursor: 2, again: [] });
  });
});

describe('a subscription', () => {
  it('is paused after three days in which nothing was taken, and goes on with what it missed', async () => {
    const state = { isDown: true };
    const one = await receiving(() => ({ status: state.isDown ? 503 : 200 }));
    const all = Array.from({ length: 20 }, (_, n) => happening(n + 1));
    await one.append(...all);
    await one.pass(4 * day, 300);
    const paused = await one.subscription();
    expect(paused?.paused).toMatchObject({ by: 'goldsmith' });
    const dead = paused?.cursor ?? 0;
    const sentBefore = one.posts.length;
    await one.pass(day, 300);
    expect(one.posts).toHaveLength(sentBefore);
    state.isDown = false;
    await one.engine.record('s', () => ({ type: 'resumed', by: 'ann', at: one.now() }));
    await one.pass(3600);
    expect([...new Set(one.sent())]).toEqual(all.map(({ id }) => id));
    expect((await one.logged()).filter(({ state }) => state === 'dead')).toHaveLength(dead);
    expect((await one.store.history('s')).map(({ event }) => event.type)).toContain('disabled');
  });

  it('is not paused for one failure long ago', async () => {
    const one = await receiving((n) => ({ status: n === 1 ? 404 : 200 }));
    await one.append(happening(1));
    await one.pass(60);
    await one.pass(5 * day, 3600);
    await one.append(happening(2));
    await one.pass(60);
    expect(await one.subscription()).not.toHaveProperty('paused');
    expect(one.posts).toHaveLength(2);
  });

  it('hears of what it wants and of nothing else', async () => {
    const wants = { types: ['rollout.failed'], imageSets: [], hostPools: [], channels: [] };
    const one = await receiving(() => ({ status: 200 }), { ...webhook, wants });
    const many = Array.from({ length: 250 }, (_, n) => happening(n));
    await one.append(...many, { ...happening(999), type: 'rollout.failed' });
    await one.pass(60);
    expect(one.sent()).toEqual(['rollout:r:999']);
    expect(await one.subscription()).toMatchObject({ cursor: 251 });
  });

  it.each([
    ['everything', {}, true],
    ['a noun', { types: ['rollout'] }, true],
    ['a noun and verb', { types: ['rollout.started'] }, true],
    ['another verb', { types: ['rollout.failed'] }, false],
    ['a part of a noun', { types: ['roll'] }, false],
    ['its image set', { imageSets: ['win11'] }, true],
    ['another image set', { imageSets: ['win10'] }, false],
    ['its pool, and its channel', { hostPools: ['p'], channels: ['production'] }, true],
    ['its pool, and another channel', { hostPools: ['p'], channels: ['test'] }, false],
  ])('that wants %s', (_, wants, isIt) => {
    const none = { types: [], imageSets: [], hostPools: [], channels: [] };
    const data = { imageSet: 'win11', hostPool: 'p', channel: 'production' };
    const happened = { type: 'rollout.started', subject: 'rollouts/r', data };
    expect(isWanted('s', { ...none, ...wants }, happened)).toBe(isIt);
  });

  it.each(['subscription.disabled', 'subscription.fellBehind', 'subscription.feedRestored'])(
    'hears %s of another one, whatever it wants, and never of itself',
    (type) => {
      const wants = { types: ['channel'], imageSets: ['win11'], hostPools: [], channels: [] };
      const happened = { type, subject: 'subscriptions/other', data: {} };
      expect(isWanted('s', wants, happened)).toBe(true);
      expect(isWanted('other', wants, happened)).toBe(false);
    },
  );
});

describe('a webhook', () => {
  it('is CloudEvents in its JSON form, and its signature is good to Standard Webhooks’ own verifier', async () => {
    const one = await receiving(() => ({ status: 200 }));
    await one.append(happening(1));
    await one.pass(10);
    const { message } = one.posts[0] ?? expect.fail('nothing was sent');
    expect(message.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    // The verifier holds the timestamp against the clock of this machine.
    const headers = signed('rollout:r:1', new Date().toISOString(), message.body, [key]);
    expect(new Webhook(key).verify(message.body, { ...headers })).toMatchObject({
      specversion: '1.0',
      id: 'rollout:r:1',
      type: 'com.goldsmith.rollout.started.v1',
      sequence: '000000000001',
    });
    expect(() => new Webhook(key).verify(`${message.body} `, { ...headers })).toThrow(
      'No matching signature',
    );
  });

  it('is signed with both keys while both are valid', () => {
    const older = 'whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=';
    const headers = { ...signed('e:1', new Date().toISOString(), '{}', [key, older]) };
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const one of [key, older]) expect(new Webhook(one).verify('{}', headers)).toEqual({});
  });

  it('that would be too long says where the event can be read', async () => {
    const one = await receiving(() => ({ status: 200 }));
    await one.append({ ...happening(1), data: { long: 'x'.repeat(300_000) } });
    await one.pass(10);
    const body = JSON.parse(one.posts[0]?.message.body ?? '') as object;
    expect(body).toMatchObject({
      id: 'rollout:r:1',
      data: { link: 'https://goldsmith.example/api/rollouts/r', isShortened: true },
    });
  });
});
