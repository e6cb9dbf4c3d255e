import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../shared/api/endpoint.ts';
import { AppError } from '../../shared/errors.ts';
import { ask, sha256 } from './asking.ts';

describe('an endpoint, asked with a key of some names', () => {
  beforeAll(() => {
    const grant = { name: 'ci', sha256: sha256('k') };
    process.env['KeyRoles'] = JSON.stringify([
      { ...grant, role: 'builder', imageSets: ['win11-*'] },
      { ...grant, role: 'operator', hostPools: ['sales'] },
    ]);
  });
  afterAll(() => delete process.env['KeyRoles']);
  const headers = { 'x-functions-key': 'k' };
  const answers = { 200: { about: '', body: z.unknown() } };

  it.each<[route: string, items: object[], seen: number[]]>([
    ['image-sets', [{ name: 'win11-avd' }, { name: 'linux' }], [0]],
    ['host-pools', [{ name: 'sales' }, { name: 'win11-avd' }], [0]],
    ['rollouts', [{ pool: 'finance' }, { pool: 'sales' }], [1]],
    ['releases', [{ imageSet: 'linux' }, { imageSet: 'win11-x' }], [1]],
    ['approvals', [{ subject: { imageSet: 'win11-x' } }, { subject: { imageSet: 'x' } }, {}], [0]],
    ['schedules', [{ request: { imageSet: 'win11-x' } }, { request: { imageSet: 'x' } }], [0]],
    [
      'freezes',
      [
        { scope: { kind: 'all' } },
        { scope: { kind: 'image-set', name: 'x' } },
        { scope: { kind: 'host-pool', name: 'sales' } },
      ],
      [0, 2],
    ],
    ['leftovers', [{ imageSet: 'linux' }, { imageSet: 'win11-x' }], [1]],
    [
      'events',
      [
        { subject: 'image-sets/win11-x/versions/1.0.0', data: {} },
        { subject: 'image-sets/linux', data: { imageSet: 'win11-x' } },
        { subject: 'approvals/win11-x.1.0.0.production.1', data: {} },
        { subject: 'rollouts/r-1', data: { hostPool: 'finance', imageSet: 'win11-x' } },
        { subject: 'rollouts/r-2', data: { hostPool: 'sales', imageSet: 'linux' } },
        { subject: 'freezes/f', data: { scope: { kind: 'all' } } },
        { subject: 'schedules/s', data: { imageSet: 'win11-x' } },
        { subject: 'other/s', data: {} },
      ],
      [0, 2, 4, 5, 6],
    ],
    [
      'subscriptions',
      [
        { imageSets: ['win11-x'], hostPools: [] },
        { imageSets: ['win11-x', 'win11-y'], hostPools: [] },
        { imageSets: [], hostPools: ['sales'] },
        { imageSets: [], hostPools: [] },
        { imageSets: ['linux'], hostPools: ['sales'] },
      ],
      [0, 2],
    ],
    [
      'stuck',
      [
        { subject: 'image-sets/win11-x/versions/1.0.0' },
        { subject: 'releases/linux.1.0.0' },
        { subject: 'rollouts/r-1', hostPool: 'sales' },
        { subject: 'rollouts/r-2/hosts', hostPool: 'finance' },
        { subject: 'subscriptions/cmdb' },
      ],
      [0, 2],
    ],
    [
      'dead-letters',
      [{ subject: 'image-sets/win11-x/channels/test' }, { subject: 'rollouts/r-1' }, { reason: 'none' }],
      [0],
    ],
    ['marketplace/{location}/publishers', [{ name: 'MicrosoftWindowsDesktop' }], [0]],
    ['image-sets/{set}/channels', [{ name: 'test' }], [0]],
  ])('lists of %s only what it may see', async (route, items, seen) => {
    const path = { set: z.string().default('win11-avd') };
    const handle = async () => ({ jsonBody: { value: items, nextLink: 'x' } });
    const shape = route.includes('{set}') ? { path } : {};
    const one = endpoint({
      name: `t ${route}`,
      method: 'GET',
      route,
      role: 'reader',
      about: '',
      answers,
      handle,
      ...shape,
    });
    const { body } = await ask(one, { headers });
    expect(body).toEqual({ value: seen.map((index) => items[index]), nextLink: 'x' });
  });

  it('has its name put into the body, and into what bodies without one record', async () => {
    const body = z.strictObject({ reason: z.string(), by: z.string().optional() }).refine(() => true);
    const heard: unknown[] = [];
    const one = endpoint({
      name: 't said',
      method: 'POST',
      route: 'image-sets/{set}/versions',
      role: 'builder',
      about: '',
      path: { set: z.string() },
      body,
      answers,
      handle: async ({ body: sent, caller }) => {
        heard.push(sent.by, caller.name);
        return { jsonBody: {} };
      },
    });
    const params = { set: 'win11-avd' };
    await ask(one, { method: 'POST', headers, params, body: { reason: 'r' } });
    await ask(one, { method: 'POST', headers, params, body: { reason: 'r', by: 'ana' } });
    expect(heard).toEqual(['key ci', 'key ci', 'ana (key ci)', 'key ci']);
    const refused = await ask(one, {
      method: 'POST',
      headers,
      params,
      body: { reason: 'r', by: 'ana (oid 1)' },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: 'ValidationFailed', target: 'by' } },
    });
    const outside = await ask(one, {
      method: 'POST',
      headers,
      params: { set: 'linux' },
      body: { reason: 7 },
    });
    expect(outside).toMatchObject({ status: 404, body: { error: { code: 'NotFound' } } });
  });

  it('has a code of its own for either refusal', () => {
    expect(new AppError('Forbidden', '').httpStatus).toBe(403);
    expect(new AppError('Unauthenticated', '').httpStatus).toBe(401);
  });
});
