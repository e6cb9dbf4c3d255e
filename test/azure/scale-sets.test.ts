import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaleSetMachines } from '../../shared/azure/scale-set-machines.ts';
import { scaleSets } from '../../shared/azure/scale-sets.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

describe('scale sets', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await openCloud();
  });
  afterEach(async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });
  const address = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-desktops',
    scaleSet: 'vmss-test',
  });
  const machine = (instanceId = '0') => ({ ...address(), instanceId });
  const settled = async (instanceId = '0') =>
    await cloud.until(async () => {
      const found = await scaleSetMachines(cloud.azure).read(machine(instanceId));
      return found?.provisioningState === 'Succeeded' && found;
    });

  it('show their model, and nothing where there is none', async () => {
    const { model } = scaleSets(cloud.azure);
    expect(await model(address())).toMatchObject({
      location: 'westeurope',
      imageVersionId: expect.stringMatching(/\/versions\/0\.9\.0$/),
      provisioningState: 'Succeeded',
    });
    expect(await model({ ...address(), scaleSet: 'vmss-none' })).toBeUndefined();
  });

  it('show their instances with image, name and power', async () => {
    const found = await scaleSets(cloud.azure).list(address());
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      instanceId: '0',
      computerName: expect.stringMatching(/^avdtest-/),
      imageVersionId: expect.stringMatching(/\/versions\/0\.9\.0$/),
      provisioningState: 'Succeeded',
      power: 'running',
    });
  });

  it('take a new image into the model and leave the instances alone', async () => {
    const { model, setModelImage, list } = scaleSets(cloud.azure);
    const { imageVersionId = '' } = (await model(address())) ?? {};
    await setModelImage(address(), imageVersionId);
    await cloud.until(async () => (await model(address()))?.provisioningState === 'Succeeded');
    expect(await model(address())).toMatchObject({ imageVersionId });
    expect(await list(address())).toHaveLength(2);
  });

  it('refuse an image that is not there', async () => {
    const { model, setModelImage } = scaleSets(cloud.azure);
    const { imageVersionId = '' } = (await model(address())) ?? {};
    const missing = imageVersionId.replace('0.9.0', '9.9.9');
    await expect(setModelImage(address(), missing)).rejects.toMatchObject({ code: 'AzureRefused' });
  });

  it('set a tag, keep the others, and take it away again', async () => {
    const { read, setTag } = scaleSetMachines(cloud.azure);
    await setTag(machine(), 'exclude', 'yes');
    await settled();
    await setTag(machine(), 'other', '1');
    expect((await settled()).tags).toMatchObject({ exclude: 'yes', other: '1' });
    await setTag(machine(), 'exclude', undefined);
    expect((await settled()).tags).not.toHaveProperty('exclude');
    expect((await read(machine()))?.tags).toMatchObject({ other: '1' });
  });

  it('set a tag that is there already without asking Azure to', async () => {
    const { setTag } = scaleSetMachines(cloud.azure);
    await setTag(machine(), 'exclude', 'yes');
    await settled();
    await setTag(machine(), 'exclude', 'yes');
    await setTag(machine(), 'absent', undefined);
    expect(cloud.asked().filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('reimage exactly one instance, and its new disk proves it', async () => {
    const { read, reimage } = scaleSetMachines(cloud.azure);
    const before = await Promise.all(['0', '1'].map(async (id) => await read(machine(id))));
    await reimage(machine('1'));
    expect((await read(machine('1')))?.provisioningState).not.toBe('Succeeded');
    const after = await settled('1');
    expect(after.osDiskId).not.toBe(before[1]?.osDiskId);
    expect((await read(machine('0')))?.osDiskId).toBe(before[0]?.osDiskId);
  });

  it('bring exactly one instance up to the model', async () => {
    await scaleSetMachines(cloud.azure).applyModel(machine('1'));
    const asked = cloud.sent.find(({ url }) => url.includes('/manualupgrade'));
    expect(asked).toMatchObject({ method: 'POST', body: { instanceIds: ['1'] } });
    await settled('1');
  });

  it('have no machine where Azure says so, and only then', async () => {
    const { read } = scaleSetMachines(cloud.azure);
    expect(await read(machine('99'))).toBeUndefined();
    cloud.next({ fault: '500', method: 'GET' });
    await expect(read(machine())).rejects.toMatchObject({ code: 'AzureUnavailable' });
    cloud.next({ fault: 'lost-reply', method: 'GET' });
    await expect(read(machine())).rejects.toMatchObject({ code: 'AzureUnavailable' });
    expect(await read(machine())).toBeDefined();
  });

  it('start what is down, and mind nothing that runs', async () => {
    const { start } = scaleSetMachines(cloud.azure);
    await start(machine());
    const running = await cloud.until(async () => {
      const found = await scaleSetMachines(cloud.azure).read(machine());
      return found?.provisioningState === 'Succeeded' && found;
    });
    expect(running.power).toBe('running');
  });

  it('run a script in an instance, with parameters that nobody sees again', async () => {
    const { runCommand, startRunCommand, removeRunCommand } = scaleSetMachines(cloud.azure);
    expect(await runCommand(machine(), 'hello')).toBeUndefined();
    await startRunCommand(machine(), {
      name: 'hello',
      location: 'westeurope',
      script: "Write-Output 'good morning'",
      protectedParameters: { Greeting: 'geheim' },
      timeoutSeconds: 600,
    });
    expect((await runCommand(machine(), 'hello'))?.state).toBe('Pending');
    const ended = await cloud.until(async () => {
      const found = await runCommand(machine(), 'hello');
      return found?.state !== 'Pending' && found?.state !== 'Running' && found;
    });
    expect(ended).toMatchObject({ state: 'Succeeded', exitCode: 0 });
    expect(JSON.stringify(cloud.asked())).not.toContain('geheim');
    await removeRunCommand(machine(), 'hello');
    await cloud.until(async () => (await runCommand(machine(), 'hello')) === undefined);
    await removeRunCommand(machine(), 'hello');
  });

  it.each([
    ['a throttle', { fault: '429', retryAfter: 42 }, { code: 'Throttled', retryAfterSeconds: 42 }],
    ['a conflict', { fault: '409' }, { code: 'AzureBusy' }],
    ['a defect', { fault: '500' }, { code: 'AzureUnavailable' }],
    ['a gateway', { fault: '502-html' }, { code: 'AzureUnavailable' }],
    ['a lost reply', { fault: 'lost-reply' }, { code: 'AzureUnavailable' }],
    ['a lost request', { fault: 'lost-request' }, { code: 'AzureUnavailable' }],
  ])('tell %s as what it is, at the first request and without a second try', async (_, fault, error) => {
    cloud.next({ ...fault, method: 'POST', path: '/reimage' });
    await expect(scaleSetMachines(cloud.azure).reimage(machine())).rejects.toMatchObject(error);
    expect(cloud.asked().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('refuse a second change while one is under way', async () => {
    const { reimage } = scaleSetMachines(cloud.azure);
    await reimage(machine());
    await expect(reimage(machine())).rejects.toMatchObject({ code: 'AzureBusy' });
  });
});
