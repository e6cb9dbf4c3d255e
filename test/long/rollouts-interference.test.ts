import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, openRolloutCloud, type RolloutCloud, until } from './rollout-cloud.ts';
import { brokenRules, opensIn, drainsIn, reimagesIn } from './rollout-log.ts';
import type { HostTruth, HostView } from './rollout-views.ts';

const tag = 'goldsmith-exclude';
let cloud: RolloutCloud;
const production = async () => await cloud.truth('production');
const hostNamed = async (instanceId: string) => {
  const found = (await production()).hosts.find((host) => host.instanceId === instanceId);
  if (!found) throw new Error(`Azure has no instance ${instanceId}`);
  return found;
};
const drain = async (host: HostTruth, allowNewSession: boolean) => {
  const body = { properties: { allowNewSession } };
  expect(await cloud.azure('PATCH', at.sessionHost('production', host), body)).toMatchObject({ status: 200 });
};

beforeAll(async () => {
  cloud = await openRolloutCloud({ speed: 400, fleet: { testHosts: 1, productionHosts: 6, people: 0 } });
}, 60_000);
afterAll(async () => await cloud?.stop());

describe('people who are at work on the hosts of a rollout', () => {
  const [drainedBefore, taggedBefore] = ['0', '1'];
  let rollout: string;
  let since: number;
  /** Three that are empty and wait for their turn. */
  let lifted: HostView;
  let deleted: HostView;
  let off: HostView;

  it('are heard while it is under way, and it comes to its end', { timeout: 100_000 }, async () => {
    await drain(await hostNamed(drainedBefore), false);
    const tagged = { location: 'westeurope', tags: { [tag]: 'mine', owner: 'eve' } };
    const put = await cloud.azure('PUT', at.instance('production', { instanceId: taggedBefore }), tagged);
    expect(put.status).toBe(200);

    await cloud.policy('production', { maxUnavailable: 1, drainAhead: 8 });
    since = await cloud.requestsSoFar();
    rollout = await cloud.start('production', '1.0.0');
    const waiting = await until(async () => {
      const hosts = await cloud.hosts(rollout);
      const inTurn = hosts.filter(({ stage, goAt }) => stage === 'turn' && goAt === undefined);
      const others = inTurn.filter(({ instanceId }) => ![drainedBefore, taggedBefore].includes(instanceId));
      return others.length >= 3 && others;
    });
    const [one, two, three] = waiting.slice(-3);
    if (!one || !two || !three) throw new Error('none waits for its turn');
    [lifted, deleted, off] = [one, two, three];
    await drain(await hostNamed(lifted.instanceId), true);
    expect((await cloud.azure('DELETE', at.instance('production', deleted))).status).toBe(202);
    expect((await cloud.azure('POST', `${at.instance('production', off)}/powerOff`)).status).toBe(202);

    expect(await cloud.over(rollout)).toMatchObject({
      status: 'succeeded',
      hosts: { done: 5, failed: 1 },
    });
  });

  const recordOf = async ({ instanceId }: { readonly instanceId: string }) =>
    (await cloud.hosts(rollout)).find((one) => one.instanceId === instanceId);

  it('R4: who lifts a drain finds the host drained again before anything is done to it', async () => {
    const requests = await cloud.requests(since, 'production|avdprod');
    expect(brokenRules(requests, (await production()).hosts)).toEqual([]);
    const { name } = await hostNamed(lifted.instanceId);
    expect(drainsIn(requests).filter(({ host }) => host === name).length).toBeGreaterThan(1);
    expect(await recordOf(lifted)).toMatchObject({ outcome: 'done' });
  });

  it('R7: who deletes a machine breaks nothing: it is said, and held against nobody', async () => {
    expect(await recordOf(deleted)).toMatchObject({ outcome: 'failed', failure: { code: 'HostVanished' } });
  });

  it('who switches a machine off finds it on the version, and able to take users', async () => {
    expect(await recordOf(off)).toMatchObject({ outcome: 'done' });
    expect(await hostNamed(off.instanceId)).toMatchObject({ imageVersion: '1.0.0', allowNewSession: true });
  });

  it('R10: who drained a host before finds it drained, and a tag of his as it was', async () => {
    expect(await hostNamed(drainedBefore)).toMatchObject({
      imageVersion: '1.0.0',
      allowNewSession: false,
      tags: {},
    });
    expect(await hostNamed(taggedBefore)).toMatchObject({
      imageVersion: '1.0.0',
      allowNewSession: true,
      tags: { [tag]: 'mine', owner: 'eve' },
    });
  });
});

describe('somebody who changes the model of the scale set under a rollout', () => {
  it(
    'finds it paused, by itself and with nothing new begun; resumed it goes on to its own version',
    { timeout: 100_000 },
    async () => {
      await cloud.policy('production', { maxUnavailable: 1 });
      const since = await cloud.requestsSoFar();
      const id = await cloud.start('production', '1.1.0');
      const reimages = async () => reimagesIn(await cloud.requests(since, 'vmss-production')).length;
      // From then on it is sure to get what the model named.
      await until(async () => (await reimages()) === 1);
      const storageProfile = { imageReference: { id: at.imageVersion('1.0.0') } };
      const change = { properties: { virtualMachineProfile: { storageProfile } } };
      const changed = await cloud.azure('PATCH', at.scaleSet('production'), change);
      expect(changed.status).toBeLessThan(300);

      expect(await cloud.because(id, 'ModelChanged')).toContain('1.0.0');
      await until(async () => (await cloud.hosts(id)).every(({ outcome }) => outcome === 'done'));
      expect(await cloud.explain(id)).toMatchObject({ movement: 'paused' });
      expect(await reimages()).toBe(1);

      await cloud.policy('production');
      await cloud.ask('POST', `rollouts/${id}/resume`, {});
      expect(await cloud.over(id)).toMatchObject({ status: 'succeeded' });
      const { hosts } = await production();
      expect(hosts.map(({ imageVersion, reimages }) => [imageVersion, reimages])).toEqual(
        hosts.map(() => ['1.1.0', 2]),
      );
    },
  );
});

type Opened = readonly { readonly host: string; readonly at: string }[];

/** Within the minute that an app on a busy machine may take for two requests. */
function isOpenedSoon({ host, at }: Opened[number], opened: Opened): boolean {
  const ms = (one: Opened[number]) => Date.parse(one.at) - Date.parse(at);
  return opened.some((one) => one.host === host.toLowerCase() && ms(one) >= 0 && ms(one) < 60_000);
}

describe('an autoscaler that lifts drains', () => {
  const autoscaler = async (orders: object) =>
    await cloud.door<{ undrained: Opened }>('POST', 'autoscaler', orders);
  /** Brings the pool to a version while people are on it who stay until their grace is over. */
  const rolled = async (version: string) => {
    await cloud.measureAnew('production');
    const since = await cloud.requestsSoFar();
    const id = await cloud.start('production', version);
    expect(await cloud.over(id)).toMatchObject({ status: 'succeeded' });
    const { hosts, users } = await production();
    expect(users).toMatchObject({ cutOff: [], profilesTorn: [] });
    expect(brokenRules(await cloud.requests(since, 'production|avdprod'), hosts)).toEqual([]);
  };

  it(
    'leaves alone what has the exclusion tag; without it R4 holds all the same',
    { timeout: 150_000 },
    async () => {
      await cloud.door('POST', 'people', { pool: 'hp-production', people: 10, stays: 1 });
      await cloud.policy('production', { maxUnavailable: 3, sessions: { graceMinutes: 12 } });
      // The host that somebody drained long ago is not ours.
      const foreign = (await production()).hosts.find(({ allowNewSession }) => allowNewSession === false);
      if (foreign) await drain(foreign, true);
      await autoscaler({ on: true, everyMinutes: 4, exclusionTag: tag });
      const since = await cloud.requestsSoFar();
      await rolled('1.0.0');
      // A host that is done gets its tag back right before its flag: who is undrained in between would be anyhow.
      const opened = opensIn(await cloud.requests(since, 'production|avdprod'));
      const { undrained } = await autoscaler({});
      expect(undrained.filter((one) => !isOpenedSoon(one, opened))).toEqual([]);

      await autoscaler({ exclusionTag: 'somebody-elses' });
      await rolled('1.1.0');
      expect((await autoscaler({ on: false })).undrained.length).toBeGreaterThan(0);
    },
  );
});
