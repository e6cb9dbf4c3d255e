import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostPools } from '../../shared/azure/host-pools.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('session hosts', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await openCloud({ testHosts: 2, productionHosts: 23, people: 60 });
  });
  afterEach(async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });
  const pool = (hostPool = 'hp-production') => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-desktops',
    hostPool,
  });
  const hosts = () => sessionHosts(cloud.azure, cloud.now);
  const busy = async () => {
    const found = (await hosts().list(pool())).find(({ sessions }) => sessions > 0);
    const [session] = await hosts().sessions(pool(), found?.name ?? '');
    if (!found || !session) throw new Error('nobody is at work');
    return { host: found.name, session: session.id };
  };

  it('are listed page by page, with the machines under them', async () => {
    const found = await hosts().list(pool());
    expect(found).toHaveLength(23);
    expect(found[0]).toMatchObject({
      name: expect.stringMatching(/^avdprod-[^/]+$/),
      resourceId: expect.stringMatching(/virtualMachineScaleSets\/vmss-production\/virtualMachines\//i),
      virtualMachineId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'Available',
      allowNewSession: true,
      agentVersion: expect.stringMatching(/^1\./),
    });
    expect(found[0]?.healthChecks).toContainEqual(
      expect.objectContaining({ name: 'DomainJoinedCheck', result: 'HealthCheckSucceeded' }),
    );
    expect(Date.parse(found[0]?.lastHeartbeat ?? '')).toBeGreaterThan(Date.parse(cloud.now()) - 120_000);
  });

  it('are known to a rollout with what capacity needs', async () => {
    const { hostPool, list } = hostPools(cloud.azure);
    expect(await hostPool(pool())).toMatchObject({ maxSessionLimit: 10 });
    expect(await hostPool(pool('hp-none'))).toBeUndefined();
    const found = await list(pool());
    expect(found).toHaveLength(23);
    expect(found.reduce((sum, { sessions }) => sum + sessions, 0)).toBeGreaterThan(0);
  });

  it('are read one by one, and are none where Azure says so', async () => {
    const [first] = await hosts().list(pool('hp-test'));
    expect(await hosts().read(pool('hp-test'), first?.name ?? '')).toEqual(first);
    expect(await hosts().read(pool('hp-test'), 'nobody')).toBeUndefined();
    expect(await hosts().sessions(pool('hp-test'), 'nobody')).toEqual([]);
  });

  it('are drained and opened again', async () => {
    const [{ name } = { name: '' }] = await hosts().list(pool('hp-test'));
    await hosts().setAllowNewSession(pool('hp-test'), name, false);
    await hosts().setAllowNewSession(pool('hp-test'), name, false);
    expect((await hosts().read(pool('hp-test'), name))?.allowNewSession).toBe(false);
    await hosts().setAllowNewSession(pool('hp-test'), name, true);
    expect((await hosts().read(pool('hp-test'), name))?.allowNewSession).toBe(true);
    const nobody = hosts().setAllowNewSession(pool('hp-test'), 'nobody', false);
    await expect(nobody).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('show all sessions of the pool at once, each with its host, and ask for them page by page', async () => {
    const all = await hosts().sessionsOfPool(pool());
    const counted = (await hosts().list(pool())).filter(({ sessions }) => sessions > 0);
    expect(all.length).toBeGreaterThan(20);
    for (const { name, sessions } of counted) {
      const here = all.filter(({ host }) => host === name);
      expect(here).toHaveLength(sessions);
      expect(here.map(({ id }) => id).toSorted()).toEqual(
        (await hosts().sessions(pool(), name)).map(({ id }) => id).toSorted(),
      );
    }
    const asked = cloud
      .asked()
      .filter(({ path }) => path.includes('/userSessions') && !path.includes('/sessionHosts/'));
    expect(asked).toHaveLength(1);
  });

  it('show their users, who can be told something and logged off', async () => {
    const { host, session } = await busy();
    const [user] = await hosts().sessions(pool(), host);
    expect(user).toMatchObject({ id: expect.stringMatching(/^\d+$/), user: expect.stringContaining('@') });
    await hosts().sendMessage(pool(), host, session, {
      title: 'Maintenance',
      body: 'Please save your work.',
    });
    await hosts().logOff(pool(), host, session);
    await cloud.until(async () => !(await hosts().sessions(pool(), host)).some(({ id }) => id === session));
    await hosts().logOff(pool(), host, session);
    const late = hosts().sendMessage(pool(), host, session, { title: 'Maintenance', body: 'Too late' });
    await expect(late).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('are not removed while somebody works there, and are gone once they are', async () => {
    const { host } = await busy();
    await expect(hosts().remove(pool(), host)).rejects.toMatchObject({ code: 'AzureRefused' });
    const [{ name } = { name: '' }] = await hosts().list(pool('hp-test'));
    await hosts().remove(pool('hp-test'), name);
    await hosts().remove(pool('hp-test'), name);
    expect(await hosts().read(pool('hp-test'), name)).toBeUndefined();
  });

  it('are let in by one token as long as it lasts', async () => {
    const { registrationToken } = hosts();
    const [one, other] = await Promise.all([
      registrationToken(pool('hp-test'), 45),
      registrationToken(pool('hp-test'), 45),
    ]);
    expect(one).toBe(other);
    expect(await registrationToken(pool('hp-test'), 60)).toBe(one);
    cloud.pass(90);
    const next = await registrationToken(pool('hp-test'), 45);
    expect(next).not.toBe(one);
    expect(cloud.asked().filter(({ method }) => method === 'PATCH')).toHaveLength(2);
    const { expirationTime } = await cloud.azure
      .desktops(cloud.subscriptionId)
      .hostPools.retrieveRegistrationToken('rg-desktops', 'hp-test');
    expect(expirationTime?.toISOString()).toBe(minutesAfter(cloud.now(), 120));
  });

  it('keep the token out of what is said of a refusal', async () => {
    cloud.next({ fault: '429', method: 'POST', path: 'retrieveRegistrationToken', retryAfter: 30 });
    const refused = hosts().registrationToken(pool('hp-test'), 45);
    await expect(refused).rejects.toMatchObject({ code: 'Throttled', retryAfterSeconds: 30 });
    expect(await hosts().registrationToken(pool('hp-test'), 45)).not.toBe('');
  });

  it.each([
    ['a throttle', { fault: '429', retryAfter: 7 }, { code: 'Throttled', retryAfterSeconds: 7 }],
    ['a conflict', { fault: '409' }, { code: 'AzureBusy' }],
    ['a defect', { fault: '500' }, { code: 'AzureUnavailable' }],
    ['a lost reply', { fault: 'lost-reply' }, { code: 'AzureUnavailable' }],
  ])('tell %s as what it is, and tell a user nothing twice', async (_, fault, error) => {
    const { host, session } = await busy();
    cloud.next({ ...fault, method: 'POST', path: 'sendMessage' });
    const told = hosts().sendMessage(pool(), host, session, { title: 'Maintenance', body: 'Save' });
    await expect(told).rejects.toMatchObject(error);
    expect(cloud.asked().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
