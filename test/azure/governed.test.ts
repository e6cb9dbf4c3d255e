import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../shared/azure/clients.ts';
import { Governor } from '../../shared/azure/governor.ts';
import { scaleSetMachines } from '../../shared/azure/scale-set-machines.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { settings } from '../../shared/settings.ts';
import { localEnvironment } from '../support/azure.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('clients with a governor', () => {
  let cloud: Cloud;
  const rows = memoryRows();
  const instances: ReturnType<typeof connect>[] = [];
  beforeEach(async () => {
    cloud = await openCloud();
  });
  afterEach(async () => {
    for (const azure of instances.splice(0)) await azure.close();
    await cloud.close();
  });
  const instance = () => {
    const governor = new Governor(cloud.now);
    governor.shareOver(rows);
    const azure = connect(settings({ ...localEnvironment, ArmEndpoint: cloud.arm.url }), governor);
    instances.push(azure);
    return azure;
  };
  const scaleSet = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-desktops',
    scaleSet: 'vmss-test',
  });
  const refused = () => cloud.asked().filter(({ status }) => status === 429);

  it('ask for no more than the simulator of Azure grants, and for all of that', async () => {
    const machines = scaleSetMachines(instance());
    for (let list = 0; list < 30; list += 1) await machines.list(scaleSet());
    await expect(machines.list(scaleSet())).rejects.toMatchObject({
      code: 'Throttled',
      retryAfterSeconds: 6,
    });
    const one = { ...scaleSet(), instanceId: '0' };
    for (let read = 0; read < 36; read += 1) await machines.read(one);
    await expect(machines.read(one)).rejects.toMatchObject({ code: 'Throttled', retryAfterSeconds: 5 });
    cloud.pass(0.1);
    await machines.list(scaleSet());
    expect(refused()).toEqual([]);
    expect(cloud.asked().filter(({ method }) => method === 'GET')).toHaveLength(67);
  });

  it('learn from Azure’s headers what another instance has used', async () => {
    const [one, other] = [scaleSetMachines(instance()), scaleSetMachines(instance())];
    for (let list = 0; list < 20; list += 1) await one.list(scaleSet());
    let granted = 0;
    for (; granted < 30; granted += 1) {
      const list = await other.list(scaleSet()).catch(() => undefined);
      if (!list) break;
    }
    expect(granted).toBe(10);
    expect(refused()).toEqual([]);
  });

  it('keep away together from what one of them was refused', async () => {
    const [one, other] = [sessionHosts(instance(), cloud.now), sessionHosts(instance(), cloud.now)];
    const pool = { subscriptionId: cloud.subscriptionId, resourceGroup: 'rg-desktops', hostPool: 'hp-test' };
    cloud.next({ fault: '429', method: 'GET', path: 'sessionHosts', retryAfter: 90 });
    await expect(one.list(pool)).rejects.toMatchObject({ code: 'Throttled', retryAfterSeconds: 90 });
    const asked = cloud.asked().length;
    cloud.pass(0.5);
    await expect(one.sessionsOfPool(pool)).rejects.toMatchObject({ code: 'Throttled' });
    await expect(other.list(pool)).rejects.toMatchObject({ code: 'Throttled', retryAfterSeconds: 60 });
    expect(cloud.asked()).toHaveLength(asked);
    cloud.pass(1);
    expect(await other.list(pool)).toHaveLength(2);
  });
});
