import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capacity } from '../../shared/azure/capacity.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('what a region has of a machine size', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());
  const local = async (path: string, body: object) => {
    const answer = await fetch(`${cloud.arm.url}/local/${path}`, {
      method: 'PUT',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
  };
  const find = async (size: string, ask = capacity(cloud.azure)) =>
    await ask.find(cloud.subscriptionId, 'westeurope', size);

  it('is what the size can do, and the quota of its family and of the region', async () => {
    const found = await find('Standard_D4s_v5');
    expect(found).toMatchObject({
      known: true,
      vCPUs: 4,
      family: 'standardDSv5Family',
      generations: ['V1', 'V2'],
      architecture: 'x64',
      trustedLaunch: true,
    });
    expect(found).not.toHaveProperty('restriction');
    expect(found.quota).toHaveLength(2);
    for (const { limit, used } of found.quota) expect(limit).toBeGreaterThan(used);
  });

  it('is found whatever the case of the letters, and not where there is none', async () => {
    expect(await find('standard_d4S_v5')).toMatchObject({ known: true });
    expect(await find('Standard_X1')).toMatchObject({ known: false, quota: [] });
  });

  it('says which processor a size has', async () => {
    expect(await find('Standard_D4ps_v5')).toMatchObject({ architecture: 'Arm64' });
  });

  it('asks for the sizes once, and for the quota each time', async () => {
    const ask = capacity(cloud.azure);
    const before = cloud.asked().length;
    const limits = [20, 8];
    for (const cores of limits) {
      await local('quota', { cores });
      const { quota } = await find('Standard_D4s_v5', ask);
      expect(quota.map(({ limit }) => limit)).toContain(cores);
    }
    const asked = cloud
      .asked()
      .slice(before)
      .map(({ path }) => path.split('?')[0]?.split('/').at(-1));
    expect(asked.filter((path) => path === 'skus')).toHaveLength(1);
    expect(asked.filter((path) => path === 'usages')).toHaveLength(2);
  });
});
