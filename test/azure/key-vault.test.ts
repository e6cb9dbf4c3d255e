import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  RestError,
} from '@azure/core-rest-pipeline';
import { SecretClient } from '@azure/keyvault-secrets';
import { describe, expect, it } from 'vitest';
import { keyVault } from '../../shared/azure/key-vault.ts';
import { toInstant } from '../../shared/instant.ts';

const vault = 'https://kv-images.vault.azure.net';
const secretUri = `${vault}/secrets/app-licence`;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The real client in front of a vault that asks who is there, as Key Vault does, and then gives one answer. */
function vaultThat(answer: Answer | Error) {
  const asked: string[] = [];
  const httpClient: HttpClient = {
    sendRequest: async (request: PipelineRequest) => {
      const isKnown = request.headers.has('authorization');
      const headers = createHttpHeaders({ 'content-type': 'application/json' });
      if (answer instanceof Error) throw answer;
      if (isKnown) {
        asked.push(request.url);
        return { request, headers, status: answer.status, bodyAsText: JSON.stringify(answer.body) };
      }
      headers.set(
        'www-authenticate',
        'Bearer authorization="https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111", resource="https://vault.azure.net"',
      );
      return { request, headers, status: 401, bodyAsText: '{}' };
    },
  };
  const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = async (uri: string) =>
    new SecretClient(uri, credential, { httpClient, retryOptions: { maxRetries: 0 } });
  return { secrets: keyVault({ vault: client }, () => toInstant(Date.now())), asked };
}

const refused = (status: number, code: string, message: string, inner?: string): Answer => ({
  status,
  body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } },
});

describe('a secret', () => {
  it('is read, in its latest version or in the one that is named', async () => {
    const { secrets, asked } = vaultThat({ status: 200, body: { id: `${secretUri}/1`, value: 'geheim' } });
    expect(await secrets.read({ secretUri })).toBe('geheim');
    await secrets.read({ secretUri: `${secretUri}/0123456789abcdef0123456789abcdef` });
    expect(asked.map((url) => new URL(url).pathname)).toEqual([
      '/secrets/app-licence/',
      '/secrets/app-licence/0123456789abcdef0123456789abcdef',
    ]);
  });

  const refusals: [title: string, code: string, says: RegExp, answer: Answer | Error][] = [
    [
      'that is not there',
      'SecretNotFound',
      /no such secret/,
      refused(404, 'SecretNotFound', 'A secret with (name/id) app-licence was not found in this key vault.'),
    ],
    [
      'of a vault that is not there',
      'SecretNotFound',
      /no such vault/,
      new RestError('getaddrinfo ENOTFOUND kv-images.vault.azure.net', { code: 'ENOTFOUND' }),
    ],
    [
      'that is disabled',
      'SecretNotFound',
      /disabled/,
      refused(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', 'SecretDisabled'),
    ],
    [
      'that has expired',
      'SecretNotFound',
      /expired on 2001-09-09/,
      { status: 200, body: { id: `${secretUri}/1`, value: 'geheim', attributes: { exp: 1_000_000_000 } } },
    ],
    [
      'that is not valid yet',
      'SecretNotFound',
      /not valid before 2100-/,
      { status: 200, body: { id: `${secretUri}/1`, value: 'geheim', attributes: { nbf: 4_102_444_800 } } },
    ],
    [
      'that the app has no right to',
      'SecretDenied',
      /not authorized/,
      refused(403, 'Forbidden', 'Caller is not authorized to perform action on resource.', 'ForbiddenByRbac'),
    ],
    [
      'behind a closed network',
      'SecretDenied',
      /Public network access is disabled/,
      refused(
        403,
        'Forbidden',
        'Public network access is disabled and request is not from a trusted service.',
        'ForbiddenByConnection',
      ),
    ],
    ['of a vault that is busy', 'Throttled', /429/, refused(429, 'Throttled', 'Too many requests.')],
    [
      'of a vault that does not answer',
      'AzureUnavailable',
      /no answer/,
      new RestError('reset', { code: 'ECONNRESET' }),
    ],
  ];
  for (const [title, code, says, answer] of refusals) {
    it(`${title}: ${code}`, async () => {
      const { secrets } = vaultThat(answer);
      await expect(secrets.read({ secretUri })).rejects.toMatchObject({
        name: 'AppError',
        code,
        message: expect.stringMatching(says),
      });
    });
  }
});
