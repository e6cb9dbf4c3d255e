import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRolloutCloud, type RolloutCloud, until } from './rollout-cloud.ts';

/** Which host is caught in which stage. Host 1 is the first wave: it proves the version and takes users. */
const caught = {
  exclude: '3',
  drain: '4',
  empty: '0',
  turn: '5',
  reimage: '6',
  register: '8',
  verify: '9',
} as const;
type Stage = keyof typeof caught;
const waves = [{ upTo: 1, bakeMinutes: 0 }];
/** Somebody at work, who signed in before any of this and has all day. */
const sessions = { graceMinutes: 1440 };

let cloud: RolloutCloud;
let rollout: string;
const computerOf = (instanceId: string) => `avdprod-00000${instanceId}`;

beforeAll(async () => {
  cloud = await openRolloutCloud({ speed: 300, fleet: { testHosts: 1, productionHosts: 8, people: 0 } });
  await catchAll();
  await cloud.ask('POST', `rollouts/${rollout}/abort`, { reason: 'it crashes', by: 'eve' });
}, 120_000);
afterAll(async () => await cloud?.stop());

/** Brings a pool to where each stage of a host holds one, by what can go wrong with Azure, agents and people. */
async function catchAll(): Promise<void> {
  const { door, faults } = cloud;
  await door('POST', 'people', { pool: 'hp-production', people: 1, stays: 1, leavesDisconnected: 1 });
  await until(async () => {
    const { hosts } = await cloud.truth('production');
    return hosts.find(({ instanceId }) => instanceId === caught.empty)?.sessions.length === 1;
  });
  const instance = (stage: Stage) => `/vmss-production/virtualMachines/${caught[stage]}`;
  const sessionHost = (stage: Stage) => `/sessionHosts/${computerOf(caught[stage])}`;
  healTags = await faults({ fault: '503', method: 'PUT', path: `${instance('exclude')}\\?` });
  healDrain = await faults({ fault: '503', method: 'PATCH', path: sessionHost('drain') });
  const turnLater = await faults({ fault: '503', method: 'PATCH', path: sessionHost('turn') });
  const breaksOff = { fault: 'fail-operation', code: 'InternalExecutionError', seconds: 2700 };
  await faults({ ...breaksOff, path: `${instance('reimage')}/reimage`, times: 1 });
  await door('POST', `hosts/${computerOf(caught.register)}`, { registration: 'silent' });
  await door('POST', `hosts/${computerOf(caught.verify)}`, { upgradeMinutes: 600 });

  const policy = { maxUnavailable: 3, drainAhead: 8, maxFailed: 8, waves, sessions };
  await cloud.policy('production', policy);
  rollout = await cloud.start('production', '1.0.0');
  // Those that are to be worked on have their turn before the one that is to wait for it.
  await until(async () => {
    const hosts = await cloud.hosts(rollout);
    const atWork = [caught.reimage, caught.register, caught.verify] as readonly string[];
    return hosts.filter((host) => atWork.includes(host.instanceId) && host.goAt !== undefined).length === 3;
  });
  await turnLater();
  for (const [stage, instanceId] of Object.entries(caught)) await cloud.inStage(rollout, instanceId, stage);
}
let healTags: () => Promise<void>;
let healDrain: () => Promise<void>;

describe('R10: a rollout that is aborted while each stage holds a host', () => {
  const hostOf = async (stage: Stage) => {
    const view = (await cloud.hosts(rollout)).find(({ instanceId }) => instanceId === caught[stage]);
    const { hosts } = await cloud.truth('production');
    const truth = hosts.find(({ instanceId }) => instanceId === caught[stage]);
    if (!view || !truth) throw new Error(`no host in ${stage}`);
    return { view, truth };
  };

  it(
    'comes to its end once Azure lets it put back what it changed, and lets go of its pool',
    { timeout: 60_000 },
    async () => {
      expect(await cloud.rollout(rollout)).toMatchObject({ status: 'stopping' });
      await healTags();
      await healDrain();
      expect(await cloud.over(rollout)).toMatchObject({
        status: 'aborted',
        aborted: { by: 'eve', reason: 'it crashes' },
        hosts: { done: 2, 'put-back': 4, quarantined: 2 },
      });
      expect(await cloud.ask('GET', 'host-pools/production')).not.toHaveProperty('activeRollout');
    },
  );

  for (const stage of ['exclude', 'drain', 'empty', 'turn'] as const) {
    it(`puts back the host in ${stage}: never reimaged, with tag and drain flag as before`, async () => {
      const { view, truth } = await hostOf(stage);
      expect(view).toMatchObject({ outcome: 'put-back', why: expect.stringContaining('it crashes') });
      expect(truth).toMatchObject({ reimages: 0, usable: true, allowNewSession: true, tags: {} });
      expect(truth.imageVersion).not.toBe('1.0.0');
    });
  }

  it('leaves the user at work on the host in empty', async () => {
    const { truth } = await hostOf('empty');
    expect(truth.sessions).toHaveLength(1);
    const { users } = await cloud.truth('production');
    expect(users).toMatchObject({ loggedOff: [], cutOff: [] });
  });

  it('finishes the host in reimage, also when Azure breaks that off and it has to be asked again', async () => {
    const { view, truth } = await hostOf('reimage');
    expect(view).toMatchObject({ outcome: 'done' });
    expect(truth).toMatchObject({ imageVersion: '1.0.0', reimages: 1, usable: true, tags: {} });
  });

  it.for([
    ['register', 'RegistrationFailed'],
    ['verify', 'HealthCheckFailed'],
  ] as const)('quarantines the host in %s that does not come up: %s', async ([stage, code]) => {
    const { view, truth } = await hostOf(stage);
    expect(view).toMatchObject({ outcome: 'quarantined', failure: { code } });
    expect(truth).toMatchObject({ imageVersion: '1.0.0', usable: false });
    expect(truth.tags).toEqual({ 'goldsmith-exclude': 'goldsmith:open' });
    // Of a host that is in no pool there is no flag.
    if (stage === 'verify') expect(truth.allowNewSession).toBe(false);
  });

  it(
    'R13: the next rollout brings those in quarantine onto the version, with tag and flag as they were before the first',
    { timeout: 60_000 },
    async () => {
      await cloud.door('POST', `hosts/${computerOf(caught.register)}`, { registration: 'ok' });
      await cloud.door('POST', `hosts/${computerOf(caught.verify)}`, { upgradeMinutes: 1 });
      await cloud.policy('production');
      expect(await cloud.over(await cloud.start('production', '1.0.0'))).toMatchObject({
        status: 'succeeded',
      });
      const { hosts } = await cloud.truth('production');
      for (const host of hosts)
        expect(host).toMatchObject({ imageVersion: '1.0.0', usable: true, allowNewSession: true, tags: {} });
    },
  );
});

it('finishes the host in return when it is aborted there', { timeout: 60_000 }, async () => {
  await cloud.policy('test');
  const id = await cloud.start('test', '1.0.0');
  await cloud.inStage(id, '0', 'reimage', 'register');
  const heal = await cloud.faults({ fault: '503', method: 'PUT', path: '/vmss-test/virtualMachines/0\\?' });
  await cloud.inStage(id, '0', 'return');
  await cloud.ask('POST', `rollouts/${id}/abort`, { reason: 'too late' });
  await heal();
  expect(await cloud.over(id)).toMatchObject({ status: 'aborted', hosts: { done: 1 } });
  const { hosts } = await cloud.truth('test');
  expect(hosts).toMatchObject([{ imageVersion: '1.0.0', usable: true, allowNewSession: true, tags: {} }]);
});
