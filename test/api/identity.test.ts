import { describe, expect, it } from 'vitest';
import { hasCode } from '../../shared/errors.ts';
import { type Caller, identify, recordedBy } from '../../shared/api/identity.ts';
import { identitySettings } from '../../shared/api/identity-settings.ts';
import { objectId, principal, sha256 } from './asking.ts';

const group = '9f9f9f9f-0000-4000-8000-000000000009';
const application = '7c7c7c7c-0000-4000-8000-000000000007';
const KeyRoles = JSON.stringify([
  { name: 'ci', sha256: sha256('key-of-ci').toUpperCase(), role: 'builder', imageSets: ['win11-*'] },
  { name: 'ci', sha256: sha256('key-of-ci'), role: 'reader' },
]);
const RoleAssignments = JSON.stringify([
  { principal: objectId, role: 'reader' },
  { principal: group.toUpperCase(), role: 'approver', imageSets: ['win11-avd'] },
  { principal: application, role: 'operator', hostPools: ['sales'] },
]);
const keys = { KeyRoles };
const signIn = { WEBSITE_AUTH_ENABLED: 'True', KeyRoles, RoleAssignments };

/** Who the app takes a request for; the code of the refusal if it takes it for nobody's. */
function whoIs(headers: Record<string, string>, env: Record<string, string>, code?: string) {
  const shown = { headers: new Headers(headers), query: new URLSearchParams(code ? { code } : {}) };
  try {
    return identify(shown, identitySettings(env));
  } catch (error) {
    if (hasCode(error, 'Unauthenticated')) return error.code;
    throw error;
  }
}
const ana = { 'x-ms-client-principal': principal({ preferred_username: 'ana@contoso.com', scp: 'x' }) };
const forged = { 'x-ms-client-principal': principal({ roles: 'Goldsmith.Admin' }) };

/** The same claims from somewhere else: what an id is there nobody here has assigned. */
const ofAnother = (provider: string) =>
  Buffer.from(principal({}), 'base64').toString().replace('"aad"', `"${provider}"`);

describe('a sign-in', () => {
  it('has a name, what stays when names change, and the roles that are assigned to it', () => {
    expect(whoIs(ana, signIn)).toMatchObject({
      kind: 'signed-in',
      name: 'ana@contoso.com (oid 1a2b3c4d)',
      grants: [{ role: 'reader' }],
    });
  });

  it('has the roles of its groups and its app roles', () => {
    const header = principal({ groups: ['x', group], roles: ['Goldsmith.Builder', 'Other.Admin'] });
    const caller = whoIs({ 'x-ms-client-principal': header }, signIn) as Caller;
    expect(caller.grants.map(({ role, imageSets }) => [role, imageSets])).toEqual([
      ['builder', undefined],
      ['reader', undefined],
      ['approver', ['win11-avd']],
    ]);
  });

  it('may be an application with a token of its own', () => {
    const header = principal({ oid: group.replace('9f', '8e'), appid: application, idtyp: 'app' });
    const caller = whoIs({ 'x-ms-client-principal': header }, signIn);
    expect(caller).toMatchObject({
      name: `app ${application} (oid 8e9f9f9f)`,
      grants: [{ role: 'operator' }],
    });
  });

  it('does not have the roles of the program that a person uses', () => {
    const header = principal({ appid: application, scp: 'access', upn: 'ana@contoso.com' });
    const caller = whoIs({ 'x-ms-client-principal': header }, signIn) as Caller;
    expect(caller.grants.map(({ role }) => role)).toEqual(['reader']);
  });

  it('is read in the words of either version of a token', () => {
    const identity = 'http://schemas.microsoft.com/identity/claims';
    const header = principal({
      oid: [],
      [`${identity}/objectidentifier`]: objectId,
      [`${identity}/scope`]: 'access',
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': 'ana@contoso.com',
    });
    expect(whoIs({ 'x-ms-client-principal': header }, signIn)).toMatchObject({
      name: 'ana@contoso.com (oid 1a2b3c4d)',
    });
  });

  it('gains nothing by a name that looks like another sign-in', () => {
    const header = principal({ preferred_username: 'eve (oid 99999999)' });
    expect(whoIs({ 'x-ms-client-principal': header }, signIn)).toMatchObject({
      name: 'eve oid 99999999 (oid 1a2b3c4d)',
    });
  });

  it.each<[string, string]>([
    ['is no base64', '%%%'],
    ['is no JSON', Buffer.from('{').toString('base64')],
    ['is of another provider', Buffer.from(ofAnother('google')).toString('base64')],
    ['names nobody', principal({ oid: [] })],
    ['names somebody who cannot be', principal({ oid: 'ana' })],
    ['is longer than any', 'A'.repeat(70_000)],
  ])('is refused where the header %s', (_, header) => {
    expect(whoIs({ 'x-ms-client-principal': header }, signIn)).toBe('Unauthenticated');
  });
});

describe('a forged sign-in', () => {
  it('is refused where the platform signs nobody in and there is no key', () => {
    expect(whoIs(forged, {})).toBe('Unauthenticated');
    expect(whoIs(forged, { ...signIn, WEBSITE_AUTH_ENABLED: 'False' })).toBe('Unauthenticated');
  });

  it('counts for nothing beside a key', () => {
    expect(whoIs({ ...forged, 'x-functions-key': 'key-of-ci' }, keys)).toMatchObject({ name: 'key ci' });
  });
});

describe('a key', () => {
  it('may do all where keys have no names', () => {
    expect(whoIs({ 'x-functions-key': 'any' }, {})).toMatchObject({
      kind: 'key',
      grants: [{ role: 'admin' }],
    });
    expect(whoIs({}, {}, 'any')).toMatchObject({ kind: 'key' });
  });

  it('is known by its hash, with every role that it is listed with', () => {
    const caller = whoIs({}, keys, 'key-of-ci') as Caller;
    expect(caller).toMatchObject({ kind: 'named-key', name: 'key ci' });
    expect(caller.grants.map(({ role, imageSets }) => [role, imageSets])).toEqual([
      ['builder', ['win11-*']],
      ['reader', undefined],
    ]);
  });

  it('may do nothing where others have names and it has none', () => {
    expect(whoIs({ 'x-functions-key': 'any' }, keys)).toBe('Unauthenticated');
    expect(whoIs({ 'x-functions-key': 'any' }, { KeyRoles: '[]' })).toBe('Unauthenticated');
  });

  it('counts where people sign in only if it is listed, since the host has not looked at it', () => {
    expect(whoIs({ 'x-functions-key': 'key-of-ci' }, signIn)).toMatchObject({ name: 'key ci' });
    expect(whoIs({ 'x-functions-key': 'any' }, { WEBSITE_AUTH_ENABLED: 'True' })).toBe('Unauthenticated');
  });

  it('is asked for even where the host has not done so', () => {
    expect(whoIs({}, {})).toBe('Unauthenticated');
  });

  it('as the host reads it: the header, if there is one', () => {
    expect(whoIs({ 'x-functions-key': 'any' }, keys, 'key-of-ci')).toBe('Unauthenticated');
  });

  it('is not part of what a caller is, nor of a refusal', () => {
    expect(JSON.stringify(whoIs({}, keys, 'key-of-ci'))).not.toContain('key-of-ci');
    const shown = { headers: new Headers({ 'x-functions-key': 'geheim' }), query: new URLSearchParams() };
    expect(() => identify(shown, identitySettings(keys))).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('geheim') }),
    );
  });
});

describe('who is recorded', () => {
  const callers = {
    'signed in': { name: 'ana@contoso.com (oid 1a2b3c4d)', kind: 'signed-in', grants: [] },
    'with a named key': { name: 'key ci', kind: 'named-key', grants: [] },
    'with a key': { name: 'function key', kind: 'key', grants: [] },
  } as const satisfies Record<string, Caller>;

  it.each<[who: keyof typeof callers, said: string | undefined, recorded: string]>([
    ['signed in', undefined, 'ana@contoso.com (oid 1a2b3c4d)'],
    ['signed in', 'Ana@Contoso.com', 'ana@contoso.com (oid 1a2b3c4d)'],
    ['signed in', 'ana@contoso.com (oid 1a2b3c4d)', 'ana@contoso.com (oid 1a2b3c4d)'],
    ['with a named key', undefined, 'key ci'],
    ['with a named key', 'bob', 'bob (key ci)'],
    ['with a named key', 'bob (key ci)', 'bob (key ci)'],
    ['with a key', undefined, 'function key'],
    ['with a key', 'bob', 'bob'],
  ])('%s, saying %s, is %s', (who, said, recorded) => {
    expect(recordedBy(callers[who], said)).toBe(recorded);
  });

  it.each<[who: keyof typeof callers, said: string]>([
    ['signed in', 'bob'],
    ['signed in', 'ana@contoso.com (oid 99999999)'],
    ['with a named key', 'bob (key cd)'],
    ['with a named key', 'bob (oid 1a2b3c4d)'],
    ['with a named key', 'bob (oid 1a2b3c4d) (key ci)'],
    ['with a named key', 'key cd'],
    ['with a key', 'ana@contoso.com (OID 1a2b3c4d) '],
    ['with a key', 'Key ci'],
  ])('%s is nobody else: %s', (who, said) => {
    expect(() => recordedBy(callers[who], said)).toThrow(
      expect.objectContaining({ code: 'ValidationFailed', target: 'by' }),
    );
  });
});
