import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRolloutCloud, type RolloutCloud, until } from './rollout-cloud.ts';
import { brokenRules, drainsIn, reimagesIn } from './rollout-log.ts';

// In Berlin the clock goes back on this night: from 3:00 to 2:00, at 01:00Z.
// Hours before: a slow machine may need them to begin, and a quick one has other stories until then.
const startAt = Date.parse('2026-10-24T17:00:00Z');
const night = { start: '02:15', end: '03:15', timeZone: 'Europe/Berlin', days: ['Sun'] };
const opensAt = '2026-10-25T00:15:00.000Z';
const closesAt = '2026-10-25T02:15:00.000Z';

const hosts = 6;
const perHost = 10;
let cloud: RolloutCloud;
/** Of the pool that waits for its window while the other is brought along. */
let nightly: string;
let nightlyFrom: number;
const production = async () => await cloud.truth('production');
const people = async (count: number, habits = {}) => {
  await cloud.door('POST', 'people', { pool: 'hp-production', people: count, ...habits });
  await until(async () => {
    const sessions = (await production()).hosts.flatMap((host) => host.sessions);
    return count === 0 ? sessions.length === 0 : sessions.length > count * 0.8;
  });
};

beforeAll(async () => {
  const fleet = { testHosts: 2, productionHosts: hosts, people: 0 };
  cloud = await openRolloutCloud({ speed: 600, startAt, fleet });
}, 60_000);
afterAll(async () => await cloud?.stop());

describe('R8: a rollout outside the window of its pool', () => {
  it('says when that opens, on the clock of the zone in the night that has an hour twice', async () => {
    await cloud.policy('test', { windows: [night] });
    nightlyFrom = await cloud.requestsSoFar();
    nightly = await cloud.start('test', '1.0.0');
    expect(await cloud.because(nightly, 'OutsideWindow')).toContain(opensAt);
    expect(await cloud.explain(nightly)).toMatchObject({ movement: 'waiting' });
  });
});

describe('a pool with people on it', () => {
  const title = 'This desktop is about to be updated';
  const sessions = {
    message: { title, body: 'Log off by {deadline}.' },
    graceMinutes: 15,
    reminders: [10, 5],
    reminder: { title: '{minutes} minutes left', body: 'Log off.' },
  };
  let since: number;
  let peopled: string;

  it('R1: two rollouts that are asked for at once never both have it', { timeout: 100_000 }, async () => {
    await people(20, { stays: 1, leavesDisconnected: 0 });
    // Five at once would be well by the window, and two are all that the floor lets go.
    await cloud.policy('production', {
      maxUnavailable: 5,
      floor: { percent: 60, headroomPercent: 20 },
      sessions,
    });
    await cloud.measureAnew('production');
    since = await cloud.requestsSoFar();
    const start = async () =>
      await cloud.send('POST', 'host-pools/production/rollouts', { version: '1.0.0' });
    const answers = await Promise.all([start(), start(), start()]);
    const ids = answers.flatMap(({ status, body }) => (status === 202 ? [String(body['id'])] : []));
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    await until(async () => (await cloud.ask('GET', 'host-pools/production'))['activeRollout'] !== undefined);
    expect(await start()).toMatchObject({ status: 409, body: { error: { code: 'RolloutAlreadyActive' } } });
    const ended = await Promise.all(ids.map(cloud.over));
    peopled = ended.find(({ status }) => status === 'succeeded')?.id ?? '';
    expect(ended.filter(({ status }) => status === 'succeeded')).toHaveLength(1);
    for (const lost of ended.filter(({ status }) => status !== 'succeeded')) {
      expect(lost).toMatchObject({ status: 'failed', failure: { code: 'RolloutAlreadyActive' }, hosts: {} });
    }
    const { hosts: all } = await production();
    expect(all.map(({ imageVersion, reimages }) => [imageVersion, reimages])).toEqual(
      all.map(() => ['1.0.0', 1]),
    );
  });

  it('R2: never has fewer places than its floor, as Azure measured it', async () => {
    const { capacity, users } = await production();
    expect(capacity.lowest).toBeGreaterThanOrEqual(hosts * perHost * 0.6);
    expect(capacity.lowest, 'the floor was what held it back').toBe(40);
    expect(users).toMatchObject({ cutOff: [], profilesTorn: [], turnedAway: [] });
  });

  it('R4: has no host reimaged that was not excluded, drained, read back and asked for its sessions', async () => {
    const requests = await cloud.requests(since, 'production|avdprod');
    const { hosts: all } = await production();
    expect(reimagesIn(requests)).toHaveLength(hosts);
    expect(brokenRules(requests, all)).toEqual([]);
    for (const host of all) expect(host).toMatchObject({ tags: {}, allowNewSession: true, usable: true });
  });

  it('R5: tells everybody once, reminds him once at each step, and logs nobody off before his grace is over', async () => {
    const { users } = await production();
    expect(users.messaged.filter(({ times }) => times !== 1)).toEqual([]);
    const onRecord = (await cloud.hosts(peopled)).flatMap(({ sessionHost, told }) =>
      told.map(({ user, at }) => ({ host: sessionHost, user, at })),
    );
    expect(users.loggedOff.length, 'somebody stayed').toBeGreaterThan(0);
    for (const { user, host, at } of users.loggedOff) {
      const told = users.messaged.filter(
        (one) => one.user === user && one.host === host && (one.at[0] ?? '') < at,
      );
      const [first, ...reminders] = told.map((one) => one.title);
      expect(first).toBe(title);
      // Each says what is really left; a step that nobody could take in time is not made up for.
      const left = reminders.map((one) => Number(/^(\d+) minutes left$/.exec(one)?.[1]));
      expect(left.length).toBeLessThanOrEqual(2);
      expect(left.every((minutes, index) => minutes <= (left[index - 1] ?? 11) - 1)).toBe(true);
      const toldAt = onRecord.find((one) => one.user === user && one.host === host)?.at ?? '';
      expect(Date.parse(at) - Date.parse(toldAt)).toBeGreaterThanOrEqual(15 * 60_000);
    }
    expect(users.messaged.some((one) => one.title !== title)).toBe(true);
  });
});

describe('a pool that has too many people for any of its hosts to go', () => {
  it('R2: is not touched until some have left', { timeout: 60_000 }, async () => {
    // With four of five of them there are more than five hosts have places for.
    await people(58, { stays: 0 });
    await cloud.policy('production', { floor: { percent: 0, headroomPercent: 20 } });
    const since = await cloud.requestsSoFar();
    const id = await cloud.start('production', '1.1.0');
    expect(await cloud.because(id, 'CapacityFloor')).toMatch(/usable \d+ .* floor/);
    await sleep(1000);
    expect(drainsIn(await cloud.requests(since, 'avdprod'))).toEqual([]);
    expect(await cloud.explain(id)).toMatchObject({ movement: 'blocked' });
    await people(0);
    expect(await cloud.over(id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a rollout that is held back while it is under way', () => {
  it(
    'R8: begins with no host after a freeze or a pause was answered, until that is over',
    { timeout: 60_000 },
    async () => {
      await cloud.policy('production', { maxUnavailable: 1, healthy: { settleSeconds: 60 } });
      const since = await cloud.requestsSoFar();
      const id = await cloud.start('production', '1.0.0');
      const done = async (count: number) =>
        await until(async () => ((await cloud.rollout(id)).hosts['done'] ?? 0) >= count);
      // What has had its turn comes to its end, and what has not is put back.
      const atWork = async (count: number) =>
        await until(
          async () => (await cloud.hosts(id)).filter(({ goAt }) => goAt !== undefined).length >= count,
        );
      await atWork(1);
      const { estimate } = await cloud.ask('GET', `operations/rollout.1.${id}`);
      expect(estimate).toMatchObject({ p50: expect.stringMatching(/^PT\d/) });

      const freeze = {
        scope: { kind: 'host-pool', name: 'production' },
        reason: 'a fair',
        until: '2099-01-01T00:00:00Z',
      };
      await cloud.ask('PUT', 'freezes/fair', freeze);
      await expectNothingNew(since, async () => await done(1));
      expect(await cloud.because(id, 'Frozen')).toContain('a fair');
      await cloud.ask('DELETE', 'freezes/fair');
      await atWork(2);

      await cloud.ask('POST', `rollouts/${id}/pause`, { reason: 'a talk' });
      await expectNothingNew(since, async () => await done(2));
      expect(await cloud.because(id, 'Paused')).toContain('a talk');
      await cloud.policy('production');
      await cloud.ask('POST', `rollouts/${id}/resume`, {});
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded', hosts: { done: hosts } });
    },
  );

  /** Two seconds are what somebody on the phone would wait for; here they are twenty minutes for Azure. */
  async function expectNothingNew(since: number, whatIsUnderWay: () => Promise<unknown>): Promise<void> {
    const answeredAt = cloud.local.clock.now();
    const twoSeconds = 2000 * cloud.local.clock.speed;
    await whatIsUnderWay();
    await until(async () => cloud.local.clock.now() > answeredAt + 2 * twoSeconds);
    const begun = new Map<string, string>();
    for (const { host, at } of drainsIn(await cloud.requests(since, 'avdprod'))) {
      if (!begun.has(host)) begun.set(host, at);
    }
    const late = [...begun].filter(([, at]) => Date.parse(at) > answeredAt + twoSeconds);
    expect(late).toEqual([]);
  }
});

describe('a version that does not boot', () => {
  let failed: string;

  it(
    'R7: fails on as many hosts as may fail and one, and the rest are not touched',
    { timeout: 60_000 },
    async () => {
      const { hosts: all } = await production();
      for (const { name } of all) await cloud.door('POST', `hosts/${name}`, { boot: 'fails' });
      await cloud.measureAnew('production');
      const since = await cloud.requestsSoFar();
      await cloud.policy('production', { maxUnavailable: 1, maxFailed: 1 });
      failed = await cloud.start('production', '1.1.0');
      expect(await cloud.over(failed)).toMatchObject({
        status: 'failed',
        failure: { code: 'BreakerOpen', message: expect.stringContaining('2 hosts failed and 1 may') },
        hosts: { quarantined: 2 },
      });
      expect(drainsIn(await cloud.requests(since, 'avdprod')).length).toBeGreaterThan(0);
      const after = (await production()).hosts;
      const broken = after.filter(({ tags }) => tags['goldsmith-exclude'] === 'goldsmith:open');
      expect(broken.map(({ reimages, usable }) => [reimages, usable])).toEqual([
        [1, false],
        [1, false],
      ]);
      for (const host of after.filter((one) => !broken.includes(one)))
        expect(host).toMatchObject({ reimages: 0, imageVersion: '1.0.0', usable: true, tags: {} });
      const views = (await cloud.hosts(failed)).filter(({ outcome }) => outcome === 'quarantined');
      for (const view of views) expect(view).toMatchObject({ failure: { code: 'ReimageFailed' } });
    },
  );

  it(
    'R13: has one of them tried again by a rollout of its own, which Operation-Location follows to its end',
    { timeout: 60_000 },
    async () => {
      const { hosts: all } = await production();
      for (const { name } of all) await cloud.door('POST', `hosts/${name}`, { boot: 'ok' });
      await cloud.policy('production');
      const lost = (await cloud.hosts(failed)).find(({ outcome }) => outcome === 'quarantined');
      const headers = { 'x-functions-key': cloud.local.keys.host, 'content-type': 'application/json' };
      const retry = `${cloud.local.url}/api/rollouts/${failed}/hosts/${lost?.instanceId}/retry`;
      const response = await fetch(retry, { method: 'POST', headers, body: '{"reason":"it boots now"}' });
      const { rollout } = (await response.json()) as { rollout: string };
      expect([response.status, rollout !== failed]).toEqual([202, true]);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      const operation = await until(async () => {
        const asked = await fetch(response.headers.get('operation-location') ?? '', { headers });
        const seen = (await asked.json()) as { status: string; resource: string };
        return !['NotStarted', 'Running'].includes(seen.status) && seen;
      });
      expect(operation).toMatchObject({ status: 'Succeeded', resource: expect.stringContaining(rollout) });
      const again = (await production()).hosts.find(({ instanceId }) => instanceId === lost?.instanceId);
      expect(again).toMatchObject({ imageVersion: '1.1.0', usable: true, allowNewSession: true, tags: {} });
    },
  );

  it(
    'R13: leaves the others in quarantine, until a call brings all back to the version they came from',
    { timeout: 60_000 },
    async () => {
      const back = await cloud.ask<{ id: string }>('POST', `rollouts/${failed}/rollback`, {
        reason: 'it does not boot',
      });
      expect(await cloud.over(back.id)).toMatchObject({ status: 'succeeded' });
      for (const host of (await production()).hosts)
        expect(host).toMatchObject({ imageVersion: '1.0.0', usable: true, allowNewSession: true, tags: {} });
    },
  );
});

describe('R8: a rollout whose window has opened', () => {
  it('began not a moment before, and not after it had closed', { timeout: 60_000 }, async () => {
    expect(await cloud.over(nightly)).toMatchObject({ status: 'succeeded', hosts: { done: 2 } });
    const drains = drainsIn(await cloud.requests(nightlyFrom, 'avdtest'));
    expect(drains.length).toBeGreaterThan(0);
    for (const { at } of drains) {
      expect(at >= opensAt).toBe(true);
      expect(at < closesAt).toBe(true);
    }
  });
});
