import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoint, endpoints } from '../../shared/api/endpoint.ts';
import { type Role, roles } from '../../shared/api/roles.ts';
import { AppError } from '../../shared/errors.ts';
import { ask, principal, sha256 } from './asking.ts';

/** What each role may ask, said once more: not taken from the code that is tested. */
const mayAsk: Record<Role, readonly string[]> = {
  reader: ['reader'],
  builder: ['reader', 'builder'],
  releaser: ['reader', 'releaser'],
  approver: ['reader', 'approver'],
  operator: ['reader', 'operator'],
  admin: ['reader', 'builder', 'releaser', 'approver', 'operator', 'admin'],
};

const root = join(import.meta.dirname, '../..');
/** Every endpoint that is declared, with a handler that is to be reached, or not. */
const all: { role: string; name: string; method: string; handled: ReturnType<typeof endpoint> }[] = [];

beforeAll(async () => {
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
  const KeyRoles = roles.map((role) => ({ name: role, sha256: sha256(`key of ${role}`), role }));
  process.env['KeyRoles'] = JSON.stringify(KeyRoles);
  for (const { path: _, query: __, body: ___, ...one } of endpoints()) {
    const reached = () => Promise.reject(new AppError('InvalidPhase', 'reached'));
    all.push({ ...one, handled: endpoint({ ...one, handle: reached }) });
  }
});
afterAll(() => {
  delete process.env['KeyRoles'];
  delete process.env['WEBSITE_AUTH_ENABLED'];
});

/** The status that each endpoint answers, by its role; 409 is what the handler says. */
async function answers(headers: Record<string, string>) {
  const told: Record<string, number[]> = {};
  for (const { role, method, handled } of all) {
    const { status } = await ask(handled, { method, headers });
    told[role] = [...new Set([...(told[role] ?? []), status])];
  }
  return told;
}
const expected = (of: (role: string) => number) =>
  Object.fromEntries([...new Set(all.map(({ role }) => role))].map((role) => [role, [of(role)]]));
const isOpen = (role: string) => role === 'anyone' || role === 'token';

describe('every endpoint', () => {
  it('is among those that this asks, with every role', () => {
    expect(all.length).toBeGreaterThan(90);
    expect([...new Set(all.map(({ role }) => role))].toSorted()).toEqual(
      [...roles, 'anyone', 'token'].toSorted(),
    );
  });

  it('that changes something asks for more than to read', () => {
    const changing = all.filter(({ method, role }) => method !== 'GET' && role === 'reader');
    // A plan is looked at, and changes nothing; what an operation takes to be canceled hangs on what it is.
    expect(changing.map(({ name }) => name)).toEqual(['plan-rollout', 'cancel-operation']);
    const looking = all.filter(({ method, role }) => method === 'GET' && !isOpen(role) && role !== 'reader');
    // Who asked for what is for few.
    expect(looking.map(({ name }) => name)).toEqual(['list-audit']);
  });

  it.each(roles)('asked with a key that is %s answers if that includes its own role', async (role) => {
    const told = await answers({ 'x-functions-key': `key of ${role}` });
    expect(told).toEqual(expected((its) => (isOpen(its) || mayAsk[role].includes(its) ? 409 : 403)));
  });

  it.each(roles)('asked by a sign-in that is %s answers if that includes its own role', async (role) => {
    process.env['WEBSITE_AUTH_ENABLED'] = 'True';
    const app = `Goldsmith.${role[0]?.toUpperCase()}${role.slice(1)}`;
    const told = await answers({ 'x-ms-client-principal': principal({ roles: app }) });
    delete process.env['WEBSITE_AUTH_ENABLED'];
    expect(told).toEqual(expected((its) => (isOpen(its) || mayAsk[role].includes(its) ? 409 : 403)));
  });

  it.each<[title: string, headers: Record<string, string>]>([
    ['nothing', {}],
    ['a key that is not listed', { 'x-functions-key': 'any' }],
    ['a forged sign-in', { 'x-ms-client-principal': principal({ roles: 'Goldsmith.Admin' }) }],
    ['an empty key', { 'x-functions-key': '' }],
  ])('asked with %s answers as to a stranger, unless it is open', async (_, headers) => {
    expect(await answers(headers)).toEqual(expected((its) => (isOpen(its) ? 409 : 401)));
  });

  it('asked by somebody signed in without a role says which is needed', async () => {
    process.env['WEBSITE_AUTH_ENABLED'] = 'True';
    const told = await answers({ 'x-ms-client-principal': principal({}) });
    delete process.env['WEBSITE_AUTH_ENABLED'];
    expect(told).toEqual(expected((its) => (isOpen(its) ? 409 : 403)));
    const { body } = await ask(all.find(({ role }) => role === 'approver')?.handled ?? all[0]!.handled, {
      headers: { 'x-functions-key': 'key of reader' },
    });
    expect(body.error).toMatchObject({ code: 'Forbidden', target: 'approver' });
  });

  it('needs a key of the host, except where people sign in and the app looks at keys itself', () => {
    const levels = () => all.map(({ role, name, handled: [, { authLevel }] }) => ({ name, role, authLevel }));
    for (const { role, authLevel } of levels())
      expect(authLevel).toBe(isOpen(role) ? 'anonymous' : 'function');
    process.env['WEBSITE_AUTH_ENABLED'] = 'True';
    const one = endpoints().find(({ role }) => role === 'reader');
    const { path: _, query: __, body: ___, ...rest } = one!;
    const [, { authLevel }] = endpoint({ ...rest, handle: async () => ({}) });
    delete process.env['WEBSITE_AUTH_ENABLED'];
    expect(authLevel).toBe('anonymous');
  });
});
