import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostProcess, hostKey, startHostProcess } from '../local/functions-host/host-process.ts';
import { objectId, principal, sha256 } from '../api/asking.ts';

const app = join(import.meta.dirname, '../api/fixtures/guarded');
const LocalSignInKey = 'a-stand-in-for-the-keys-of-entra-id';
const KeyRoles = JSON.stringify([{ name: 'ci', sha256: sha256('the-key-of-ci'), role: 'builder' }]);
const RoleAssignments = JSON.stringify([{ principal: objectId, role: 'builder', imageSets: ['win11-avd'] }]);

let signsIn: HostProcess;
let keysOnly: HostProcess;
beforeAll(async () => {
  const settings = { KeyRoles, RoleAssignments, LocalSignInKey, CheckAnswers: 'true' };
  [signsIn, keysOnly] = await Promise.all([
    startHostProcess({ app, settings: { ...settings, WEBSITE_AUTH_ENABLED: 'True' }, verbose: true }),
    startHostProcess({ app, verbose: true }),
  ]);
});
afterAll(async () => {
  await signsIn[Symbol.asyncDispose]();
  await keysOnly[Symbol.asyncDispose]();
});

async function token(claims: Record<string, unknown>, key = LocalSignInKey, expires = '5m'): Promise<string> {
  const signed = new SignJWT({ oid: objectId, ...claims }).setProtectedHeader({ alg: 'HS256' });
  return await signed.setExpirationTime(expires).sign(new TextEncoder().encode(key));
}
async function say(
  host: HostProcess,
  headers: Record<string, string>,
  { set = 'win11-avd', query = '', by = '' } = {},
) {
  const body = JSON.stringify(by === '' ? {} : { by });
  const response = await fetch(`${host.url}/api/image-sets/${set}/say${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, ...(text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)) };
}
const bearer = async (...given: Parameters<typeof token>) => ({
  authorization: `Bearer ${await token(...given)}`,
});
const ana = { preferred_username: 'ana@contoso.com', scp: 'access' };
const forged = {
  'x-ms-client-principal': principal({ roles: 'Goldsmith.Admin' }),
  'x-ms-client-principal-id': objectId,
};

describe('behind the platform’s sign-in', () => {
  it('somebody signed in needs no key, and is who does it', async () => {
    const name = 'ana@contoso.com (oid 1a2b3c4d)';
    expect(await say(signsIn, await bearer(ana))).toEqual({ status: 200, name, by: name });
    expect(await say(signsIn, await bearer(ana), { by: 'ben' })).toMatchObject({
      status: 400,
      error: { code: 'ValidationFailed', target: 'by' },
    });
  });

  it('is kept to his image sets', async () => {
    expect(await say(signsIn, await bearer(ana), { set: 'linux' })).toMatchObject({
      status: 404,
      error: { code: 'NotFound', message: 'There is no image set linux.' },
    });
  });

  it.each<[title: string, headers: () => Promise<Record<string, string>>, status: number]>([
    ['without anything', async () => ({}), 401],
    ['with headers that only the platform may set', async () => forged, 401],
    ['with a token of other keys', async () => await bearer(ana, 'x'.repeat(40)), 401],
    ['with a token that is over', async () => await bearer(ana, LocalSignInKey, '-1m'), 401],
    ['with a token that is none', async () => ({ authorization: 'Bearer abc' }), 401],
    ['with a key of the host that has no role', async () => ({ 'x-functions-key': hostKey }), 401],
    ['with a listed key', async () => ({ 'x-functions-key': 'the-key-of-ci' }), 200],
    [
      'by somebody without a role',
      async () => await bearer({ ...ana, oid: objectId.replace('1', '2') }),
      403,
    ],
    [
      'with forged headers beside a good token',
      async () => ({ ...forged, ...(await bearer({ oid: objectId.replace('1', '2') })) }),
      403,
    ],
  ])('asked %s it answers as it must', async (_, headers, status) => {
    expect((await say(signsIn, await headers())).status).toBe(status);
  });

  it('asks nobody who he is where that does not matter', async () => {
    const response = await fetch(`${signsIn.url}/api/open`, { headers: forged });
    expect(await response.json()).toEqual({ name: 'anyone' });
  });
});

describe('behind keys alone', () => {
  it('forged headers are refused, and change nothing beside a key', async () => {
    expect((await say(keysOnly, forged)).status).toBe(401);
    const headers = { ...forged, 'x-functions-key': hostKey };
    expect(await say(keysOnly, headers)).toEqual({ status: 200, name: 'function key', by: 'function key' });
    expect(await say(keysOnly, {}, { query: `?code=${hostKey}`, by: 'ben' })).toMatchObject({ by: 'ben' });
  });
});

describe('the log', () => {
  it('has neither keys nor tokens, also where something fails', async () => {
    const headers = await bearer(ana);
    await fetch(`${signsIn.url}/api/marketplace/fail?code=the-key-of-ci`);
    await fetch(`${signsIn.url}/api/marketplace/fail`, { headers });
    await fetch(`${keysOnly.url}/api/marketplace/fail?code=${hostKey}`);
    const log = signsIn.log() + keysOnly.log();
    expect(log).toContain('a defect');
    for (const secret of [
      'the-key-of-ci',
      hostKey,
      headers.authorization,
      LocalSignInKey,
      principal({}).slice(0, 40),
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});
