import { describe, expect, it } from 'vitest';
import { refuseOutside, refuseOutsideBody } from '../../shared/api/authorise.ts';
import type { Caller } from '../../shared/api/identity.ts';
import { AppError } from '../../shared/errors.ts';

/** Builds of one image set are his, and the hosts of one pool. */
const caller: Caller = {
  name: 'key ci',
  kind: 'named-key',
  grants: [
    { role: 'builder', imageSets: ['win11'] },
    { role: 'operator', hostPools: ['sales'] },
  ],
};
const none = () => Promise.reject(new AppError('NotFound', 'none'));
const find = {
  rollout: async (id: string) => (id.startsWith('r-') ? { pool: id.slice(2) } : await none()),
  subscription: async (id: string) =>
    id.startsWith('sub-') ? { plan: { wants: { imageSets: [id.slice(4)], hostPools: [] } } } : await none(),
  schedule: none,
  freeze: none,
};

async function codeOf(asked: () => Promise<void> | void): Promise<string> {
  try {
    await asked();
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('what runs, and who is told of it', () => {
  it.each<[route: string, id: string, role: 'reader' | 'builder' | 'operator', code: string]>([
    ['operations/{operation}', 'build.1.win11.1.4.0', 'reader', 'ok'],
    ['operations/{operation}', 'build.1.linux.1.4.0', 'reader', 'NotFound'],
    ['operations/{operation}', 'region.3.linux.1.4.0.westeurope', 'reader', 'NotFound'],
    ['operations/{operation}', 'rollout.1.r-sales', 'reader', 'ok'],
    ['operations/{operation}', 'rollout.1.r-finance', 'reader', 'NotFound'],
    ['operations/{operation}', 'rollout.1.gone', 'reader', 'NotFound'],
    ['operations/{operation}', 'redelivery.2.sub-win11', 'reader', 'ok'],
    ['operations/{operation}', 'redelivery.2.sub-linux', 'reader', 'NotFound'],
    ['operations/{operation}/cancel', 'build.1.win11.1.4.0', 'builder', 'ok'],
    ['operations/{operation}/cancel', 'release.1.win11.1.4.0', 'operator', 'Forbidden'],
    ['operations/{operation}/cancel', 'rollout.1.r-sales', 'operator', 'ok'],
    ['operations/{operation}/cancel', 'rollout.1.r-finance', 'operator', 'NotFound'],
    ['subscriptions/{subscription}/deliveries', 'sub-win11', 'reader', 'ok'],
    ['subscriptions/{subscription}/resume', 'sub-win11', 'operator', 'Forbidden'],
    ['subscriptions/{subscription}', 'sub-linux', 'reader', 'NotFound'],
    ['subscriptions/{subscription}', 'gone', 'reader', 'NotFound'],
    ['image-sets/{set}', 'sales', 'reader', 'NotFound'],
    ['subscriptions', '', 'reader', 'ok'],
    ['stuck', '', 'reader', 'ok'],
    ['dead-letters', '', 'reader', 'ok'],
    ['dead-letters/{queue}/put-back', 'advance-host', 'operator', 'Forbidden'],
  ])('%s %s as %s: %s', async (route, id, role, code) => {
    const [, parameter = ''] = /\{(\w+)\}/.exec(route) ?? [];
    const wanted = { method: role === 'reader' ? 'GET' : 'POST', route, role };
    expect(await codeOf(async () => await refuseOutside(caller, wanted, { [parameter]: id }, find))).toBe(
      code,
    );
  });

  it.each<[imageSets: string[], hostPools: string[], code: string]>([
    [[], ['sales'], 'ok'],
    [[], ['finance'], 'NotFound'],
    [['win11'], [], 'Forbidden'],
    [[], ['sales', 'finance'], 'Forbidden'],
    [[], [], 'Forbidden'],
  ])('who may put a subscription hears of that alone: %j %j is %s', async (imageSets, hostPools, code) => {
    const wanted = { method: 'PUT', route: 'subscriptions/{subscription}', role: 'operator' } as const;
    expect(await codeOf(() => refuseOutsideBody(caller, wanted, { imageSets, hostPools }))).toBe(code);
  });
});
