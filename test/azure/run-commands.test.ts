import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCustomised } from '../../shared/images/customise.ts';
import type { Version } from '../../shared/images/image.ts';
import { benchMachine } from '../../shared/images/names.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { recipeBench } from './support/recipe-bench.ts';

const secretUri = 'https://kv-images.vault.azure.net/secrets/app-licence';
const value = 'not-for-anybody-else';
const log = {
  containerUri: 'https://stimages.blob.core.windows.net/build-logs',
  identityId:
    '/subscriptions/x/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/logs',
  identityClientId: '33333333-3333-3333-3333-333333333333',
};

// One machine, and recipes that are run on it one after the other, each as a version of its own.
describe('what a recipe hands to Azure', () => {
  let cloud: Cloud;
  let bench: ReturnType<typeof recipeBench>;
  beforeAll(async () => {
    cloud = await openCloud();
    bench = recipeBench(cloud);
    await bench.told('/local/secrets', { vault: 'kv-images.vault.azure.net', name: 'app-licence', value });
  });
  afterAll(async () => await cloud.close());

  const customised = async (version: Version) => await bench.run(version, ensureCustomised(bench.ports()));

  it('X8: a secret reaches the script, and is nowhere else', async () => {
    const script = 'param($KEY)\nWrite-Output "licensed with $KEY"';
    const steps = [{ name: 'licence', script, secretParameters: { KEY: { secretUri } } }];
    const version = await bench.onTheBench({ set: 'secrets', steps });
    const { failure, facts, news, outputs } = await customised(version);
    expect(failure).toBeUndefined();
    expect(outputs).toEqual(['licensed with ***']);
    expect(JSON.stringify([facts, news, cloud.asked()])).not.toContain(value);
    const shown = await fetch(`${cloud.arm.url}/local/resources`);
    expect(await shown.text()).not.toContain(value);
  });

  it('a secret that is not there fails the step before anything is run', async () => {
    const other = 'https://kv-images.vault.azure.net/secrets/nobody-made-it';
    const steps = [{ name: 'licence', script: 'exit 0', secretParameters: { KEY: { secretUri: other } } }];
    const version = await bench.onTheBench({ set: 'no-secret', steps });
    const { failure } = await customised(version);
    expect(failure).toMatchObject({
      code: 'SecretNotFound',
      message: expect.stringMatching(/^recipe\.0\.secretParameters\.KEY: .*no such secret/),
    });
    expect(await bench.ports().scripts.ours(benchMachine(version))).toEqual([]);
  });

  it('a step runs as somebody, with the password from the vault', async () => {
    const password = { secretUri: 'https://kv-images.vault.azure.net/secrets/builder-password' };
    const run = { script: 'Write-Output $env:USERNAME', runAs: { user: 'builder', password } };
    const version = await bench.onTheBench({ set: 'run-as', steps: [{ name: 'who', ...run }] });
    const builder = 'Builder-of-images-1';
    await bench.told('/local/secrets', {
      vault: 'kv-images.vault.azure.net',
      name: 'builder-password',
      value: builder,
    });
    await bench.told(`/local/guests/${benchMachine(version).name}`, { users: { builder } });
    const { failure, outputs } = await customised(version);
    expect(failure).toBeUndefined();
    expect(outputs[0]).toContain('builder');
    const put = cloud.sent.findLast(
      ({ method, url }) => method === 'PUT' && url.includes('/runCommands/step-1-who'),
    );
    expect(put?.body).toMatchObject({
      properties: { runAsUser: 'builder', runAsPassword: expect.any(String) },
    });
  });

  it('the whole output of a step goes to a blob of its own', async () => {
    const steps = [
      { name: 'chatty', script: "foreach ($n in 1..400) { Write-Output ('line ' + $n + ' of many') }" },
    ];
    const made = await bench.onTheBench({ set: 'blobs', steps, identityId: log.identityId });
    const version = { ...made, plan: { ...made.plan, bench: { ...made.plan.bench, log } } };
    const { failure, outputs } = await customised(version);
    expect(failure).toBeUndefined();
    expect(outputs[0]?.length).toBeLessThanOrEqual(4096);
    const written = await fetch(`${cloud.arm.url}/local/blobs-written`);
    const { value: blobs } = (await written.json()) as { value: { uri: string; text: string }[] };
    const whole = blobs.find(({ uri }) => uri === `${log.containerUri}/blobs/1.0.0/step-1-chatty.out`);
    expect(whole?.text).toContain('line 1 of many');
    expect(whole?.text).toContain('line 400 of many');
  });

  it('finds its own run commands by their tag, and nobody else’s', async () => {
    const version = await bench.onTheBench({ set: 'tags', steps: [{ name: 'a', script: 'exit 0' }] });
    await customised(version);
    const { subscriptionId, resourceGroup, name } = benchMachine(version);
    const commands = cloud.azure.compute(subscriptionId).virtualMachineRunCommands;
    const body = { location: 'westeurope', source: { script: 'exit 0' } };
    await commands.createOrUpdate(resourceGroup, name, 'somebody-elses', body).submitted();
    expect(await bench.ports().scripts.ours(benchMachine(version))).toEqual(['step-1-a']);
  });

  it('writes bodies that fit Azure’s own types', async () => {
    const found = await wrongBodies(cloud.sent.filter(({ url }) => url.includes('/runCommands/')));
    if (found) expect(found.wrong).toEqual([]);
  });
});
