import { BlobClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { addBlob, addStorageAccount, vhdBytes } from '../../../infra/local/arm/storage/blobs.ts';
import { GROUP, REGION, startAzure, SUBSCRIPTION, type Azure } from './azure.ts';

const ACCOUNT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/stvhds`;
const URI = 'https://stvhds.blob.core.windows.net/vhds/os.vhd';

async function withBlob(): Promise<Azure> {
  const azure = await startAzure();
  addStorageAccount(azure.arm.world, ACCOUNT, REGION);
  addBlob(azure.arm.world, { uri: URI, sizeBytes: vhdBytes(127) });
  return azure;
}

/** The real client, its requests to any blob host sent to the simulator; it still speaks the older HTTP interface. */
function blobClient({ arm }: Azure, uri: string): BlobClient {
  const token = { token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 };
  return new BlobClient(
    uri,
    { getToken: async () => token },
    {
      retryOptions: { maxTries: 1 },
      httpClient: {
        sendRequest: async (request) => {
          const { host, pathname, search } = new URL(request.url);
          const { method, headers: sent } = request;
          const answer = await fetch(`${arm.url}/blob/${host}${pathname}${search}`, {
            method,
            headers: sent.toJson(),
          });
          const headers = sent.clone();
          for (const name of Object.keys(sent.toJson())) headers.remove(name);
          for (const [name, value] of answer.headers) headers.set(name, value);
          return { request, status: answer.status, headers, bodyAsText: await answer.text() };
        },
      },
    },
  );
}

test('the real client reads what kind of blob it is, and how large', async () => {
  const azure = await withBlob();
  const { blobType, contentLength, etag, lastModified } = await blobClient(azure, URI).getProperties();
  expect({ blobType, contentLength }).toEqual({ blobType: 'PageBlob', contentLength: 127 * 2 ** 30 + 512 });
  expect([etag, lastModified]).not.toContain(undefined);
  expect(azure.arm.world.log.list({ method: 'HEAD' })).toMatchObject([{ type: 'blob', status: 200 }]);
});

test('a blob that is not there, and an account that is not there', async () => {
  const azure = await withBlob();
  const missing = URI.replace('os.vhd', 'none.vhd');
  await expect(blobClient(azure, missing).getProperties()).rejects.toMatchObject({
    statusCode: 404,
    details: { errorCode: 'BlobNotFound' }, // an answer to HEAD has no body to say more
  });
  const elsewhere = URI.replace('stvhds', 'stnone');
  await expect(blobClient(azure, elsewhere).getProperties()).rejects.toThrow('fetch failed');
});

test('without a token or a signature nothing is told', async () => {
  const azure = await withBlob();
  const head = (query: string, headers: Record<string, string>) =>
    azure.ask('HEAD', `/blob/stvhds.blob.core.windows.net/vhds/os.vhd${query}`, undefined, headers);
  const refused = await head('', {});
  expect(refused.status).toBe(401);
  expect(refused.headers.get('x-ms-error-code')).toBe('NoAuthenticationInformation');
  expect(refused.headers.get('www-authenticate')).toContain('storage.azure.com');
  expect((await head('', { authorization: 'Basic x', 'x-ms-version': '2024-11-04' })).status).toBe(403);
  expect((await head('?sv=2024-11-04&sig=abc', {})).status).toBe(200);
});

test('blobs can be put there and looked at beside Azure', async () => {
  const azure = await withBlob();
  const uri = URI.replace('os.vhd', 'linux.vhd');
  const body = { uri, sizeBytes: vhdBytes(30), os: { osType: 'Linux', sealed: false } };
  expect((await azure.ask('POST', '/local/blobs', body)).status).toBe(201);
  const { value } = (await azure.ask('GET', '/local/blobs')).body;
  expect(value[1]).toMatchObject({ uri, kind: 'PageBlob', os: { osType: 'Linux', sealed: false } });
  const strange = { uri: 'https://stnone.blob.core.windows.net/a/b', sizeBytes: 1 };
  expect((await azure.ask('POST', '/local/blobs', strange)).status).toBe(400);
});
