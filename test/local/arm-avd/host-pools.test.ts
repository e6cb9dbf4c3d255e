import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(async () => {
  await cloud.close();
});

test('Host pools are listed and told with their limits.', async () => {
  const pools = await Array.fromAsync(cloud.desktops.hostPools.list());
  expect(pools.map(({ name }) => name)).toEqual(['hp-test', 'hp-production']);
  expect(await Array.fromAsync(cloud.desktops.hostPools.listByResourceGroup('rg-images'))).toEqual([]);
  expect(await cloud.desktops.hostPools.get(GROUP, 'hp-production')).toMatchObject({
    hostPoolType: 'Pooled',
    loadBalancerType: 'BreadthFirst',
    maxSessionLimit: 10,
  });
});

test('A host pool is made by PUT, changed by PATCH, and keeps its type.', async () => {
  const made = await cloud.desktops.hostPools.createOrUpdate(GROUP, 'hp-new', {
    location: 'westeurope',
    hostPoolType: 'Pooled',
    loadBalancerType: 'BreadthFirst',
    preferredAppGroupType: 'Desktop',
    maxSessionLimit: 5,
  });
  const changed = await cloud.desktops.hostPools.update(GROUP, 'hp-new', {
    hostPool: { maxSessionLimit: 7 },
  });
  expect(changed).toMatchObject({
    objectId: made.objectId,
    maxSessionLimit: 7,
    loadBalancerType: 'BreadthFirst',
  });
  const other = cloud.desktops.hostPools.createOrUpdate(GROUP, 'hp-new', {
    location: 'westeurope',
    hostPoolType: 'Personal',
    loadBalancerType: 'Persistent',
    preferredAppGroupType: 'Desktop',
  });
  await expect(other).rejects.toEqual(refused(400));
});

test('A host pool, a group and a subscription that are not there are told apart.', async () => {
  await expect(cloud.desktops.hostPools.get(GROUP, 'hp-absent')).rejects.toEqual(
    refused(404, 'ResourceNotFound'),
  );
  await expect(cloud.desktops.hostPools.get('rg-absent', 'hp-test')).rejects.toEqual(
    refused(404, 'ResourceGroupNotFound'),
  );
});

test('A pool whose token was never made has none to tell.', async () => {
  const { token } = await cloud.desktops.hostPools.retrieveRegistrationToken(GROUP, 'hp-test');
  expect(token ?? undefined).toBeUndefined();
});
