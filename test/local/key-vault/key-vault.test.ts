import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { SecretClient } from '@azure/keyvault-secrets';
import { expect, test } from 'vitest';
import { seedVault } from '../../../infra/local/key-vault/vaults.ts';
import { startAzure, type Azure } from '../arm/azure.ts';

const VAULT = 'kv-images.vault.azure.net';

/** The real client, its requests sent to the stand-in. */
function client(azure: Azure, host = VAULT): SecretClient {
  const real = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      const asked = request.url;
      const { host: vault, pathname, search } = new URL(asked);
      request.url = `${azure.arm.url}/vault/${vault}${pathname}${search}`;
      request.allowInsecureConnection = true;
      try {
        return await real.sendRequest(request);
      } finally {
        request.url = asked;
      }
    },
  };
  const token = { token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 };
  return new SecretClient(
    `https://${host}`,
    { getToken: async () => token },
    { httpClient, retryOptions: { maxRetries: 0 } },
  );
}

async function withVault(): Promise<Azure> {
  const azure = await startAzure();
  seedVault(azure.arm.world);
  return azure;
}

const put = async (azure: Azure, secret: object) =>
  (await azure.ask('POST', '/local/secrets', { vault: VAULT, ...secret })).body;

test('the client is asked for a token first, and then told the newest version of a secret', async () => {
  const azure = await withVault();
  const secrets = client(azure);
  const { version: first } = await put(azure, { name: 'key', value: 'one' });
  azure.pass(60);
  await put(azure, { name: 'key', value: 'two' });
  expect((await secrets.getSecret('key')).value).toBe('two');
  expect((await secrets.getSecret('key', { version: first })).value).toBe('one');
  const { name, properties } = await secrets.getSecret('APP-licence');
  expect(name).toBe('app-licence');
  expect(properties).toMatchObject({
    vaultUrl: `https://${VAULT}`,
    enabled: true,
    contentType: 'text/plain',
  });
  const plain = await azure.ask('GET', `/vault/${VAULT}/secrets/key?api-version=7.6`, undefined, {});
  expect(plain).toMatchObject({ status: 401, body: { error: { code: 'Unauthorized' } } });
  expect(plain.headers.get('www-authenticate')).toContain('resource="https://vault.azure.net"');
});

test('what is not there, or may not be read, is refused in the words of Key Vault', async () => {
  const azure = await withVault();
  const secrets = client(azure);
  await expect(secrets.getSecret('nothing')).rejects.toMatchObject({
    statusCode: 404,
    code: 'SecretNotFound',
  });
  await expect(secrets.getSecret('app-licence', { version: 'f00' })).rejects.toMatchObject({
    statusCode: 404,
  });
  await put(azure, { name: 'off', value: 'x', enabled: false });
  await expect(secrets.getSecret('off')).rejects.toMatchObject({
    statusCode: 403,
    message: expect.stringContaining('disabled secret') as string,
  });
  await azure.ask('POST', `/local/vaults/${VAULT}`, { closed: true });
  await expect(secrets.getSecret('app-licence')).rejects.toMatchObject({
    statusCode: 403,
    code: 'Forbidden',
  });
  await expect(client(azure, 'kv-nowhere.vault.azure.net').getSecret('x')).rejects.toThrow(
    /socket|terminated|reset/i,
  );
});

test('a secret that has expired is told all the same, with the date', async () => {
  const azure = await withVault();
  await put(azure, { name: 'old', value: 'x', expires: '2026-01-01T00:00:00Z' });
  const { value, properties } = await client(azure).getSecret('old');
  expect(value).toBe('x');
  expect(properties.expiresOn).toEqual(new Date('2026-01-01T00:00:00Z'));
});

test('a value is in no log and in no list', async () => {
  const azure = await withVault();
  await client(azure).getSecret('builder-password');
  const { body: list } = await azure.ask('GET', '/local/secrets');
  const { body: log } = await azure.ask('GET', '/local/requests');
  expect(JSON.stringify(log)).toContain('/secrets/builder-password');
  expect(JSON.stringify([list, log])).not.toContain('Brick-By-Brick');
});

test('faults strike in a vault as anywhere', async () => {
  const azure = await withVault();
  azure.arm.world.faults.add({ path: 'vault/', fault: '503', times: 1 });
  await expect(client(azure).getSecret('app-licence')).rejects.toMatchObject({ statusCode: 503 });
  expect((await client(azure).getSecret('app-licence')).value).toContain('LIC-');
});
