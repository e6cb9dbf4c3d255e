import { describe, expect, it } from 'vitest';
import { refuseOutside, refuseOutsideBody } from '../../shared/api/authorise.ts';
import type { Caller } from '../../shared/api/identity.ts';
import { type Grant, may, sees } from '../../shared/api/roles.ts';
import { AppError } from '../../shared/errors.ts';

const callerWith = (...grants: Grant[]): Caller => ({ name: 'key ci', kind: 'named-key', grants });
const builder = callerWith({ role: 'builder', imageSets: ['win11-*'] });
const operator = callerWith(
  { role: 'operator', hostPools: ['sales'] },
  { role: 'reader', imageSets: ['win11-avd'] },
);

const none = () => Promise.reject(new AppError('NotFound', 'none'));
const looked: string[] = [];
const find = {
  rollout: async (id: string) => {
    looked.push(id);
    return id.startsWith('r-') ? { pool: id.slice(2) } : await none();
  },
  schedule: async (id: string) =>
    id.startsWith('s-') ? { plan: { request: { imageSet: id.slice(2) } } } : await none(),
  subscription: none,
  freeze: async (id: string) => {
    if (id === 'all') return { scope: { kind: 'all' } };
    const [kind, name] = id.split('_');
    return name === undefined ? await none() : { scope: { kind, name } };
  },
};

/** `ok`, or the code and message of the refusal. */
async function outcome(asked: () => Promise<void> | void) {
  try {
    await asked();
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
}
const at = async (
  caller: Caller,
  role: 'reader' | 'builder' | 'operator',
  method: string,
  route: string,
  path = {},
) => await outcome(async () => await refuseOutside(caller, { method, route, role }, path, find));

describe('a role with names', () => {
  it.each<[grant: Grant, scope: object, holds: boolean]>([
    [{ role: 'builder' }, {}, true],
    [{ role: 'builder' }, { imageSet: 'a' }, true],
    [{ role: 'builder', imageSets: ['a'] }, { imageSet: 'a' }, true],
    [{ role: 'builder', imageSets: ['a'] }, { imageSet: 'ab' }, false],
    [{ role: 'builder', imageSets: ['a*'] }, { imageSet: 'ab' }, true],
    [{ role: 'builder', imageSets: ['*'] }, { imageSet: 'b' }, true],
    [{ role: 'builder', imageSets: ['*'] }, { hostPool: 'b' }, false],
    [{ role: 'builder', imageSets: ['*'] }, {}, false],
    [{ role: 'builder', hostPools: ['b'] }, { hostPool: 'b' }, true],
    [{ role: 'builder', imageSets: ['a'] }, { imageSet: 'a', hostPool: 'b' }, false],
    [{ role: 'admin', imageSets: ['a'] }, { imageSet: 'a' }, true],
    [{ role: 'reader' }, { imageSet: 'a' }, false],
  ])('%j holds for %j: %s', (grant, scope, holds) => {
    expect(may([grant], 'builder', scope)).toBe(holds);
  });

  it('does not lend its names to another role', () => {
    const grants: Grant[] = [{ role: 'builder', imageSets: ['a'] }, { role: 'reader' }];
    expect(may(grants, 'builder', { imageSet: 'b' })).toBe(false);
    expect(sees(grants, { imageSet: 'b' })).toBe(true);
  });
});

describe('what is outside', () => {
  it.each<
    [
      caller: Caller,
      role: 'reader' | 'builder' | 'operator',
      method: string,
      route: string,
      path: object,
      outcome: string,
    ]
  >([
    [builder, 'builder', 'POST', 'image-sets/{set}/versions', { set: 'win11-avd' }, 'ok'],
    [
      builder,
      'builder',
      'POST',
      'image-sets/{set}/versions',
      { set: 'linux' },
      'NotFound: There is no image set linux.',
    ],
    [
      builder,
      'reader',
      'GET',
      'image-sets/{set}',
      { set: 'linux' },
      'NotFound: There is no image set linux.',
    ],
    [
      builder,
      'reader',
      'GET',
      'host-pools/{pool}',
      { pool: 'sales' },
      'NotFound: There is no host pool sales.',
    ],
    [
      builder,
      'operator',
      'POST',
      'releases/{release}/pause',
      { release: 'win11-avd.1.4.0' },
      'Forbidden: This needs the role operator for release win11-avd.1.4.0.',
    ],
    [
      builder,
      'operator',
      'POST',
      'releases/{release}/pause',
      { release: 'linux.1.4.0' },
      'NotFound: There is no release linux.1.4.0.',
    ],
    [
      builder,
      'reader',
      'GET',
      'approvals/{approval}',
      { approval: 'linux.1.4.0.production.1' },
      'NotFound: There is no approval linux.1.4.0.production.1.',
    ],
    [builder, 'reader', 'GET', 'validations/{validation}', { validation: 'win11-avd.1.4.0.test.1' }, 'ok'],
    [operator, 'operator', 'POST', 'rollouts/{rollout}/pause', { rollout: 'r-sales' }, 'ok'],
    [
      operator,
      'operator',
      'POST',
      'rollouts/{rollout}/pause',
      { rollout: 'r-finance' },
      'NotFound: There is no rollout r-finance.',
    ],
    [
      operator,
      'operator',
      'POST',
      'rollouts/{rollout}/pause',
      { rollout: 'nothing' },
      'NotFound: There is no rollout nothing.',
    ],
    [operator, 'reader', 'GET', 'schedules/{schedule}', { schedule: 's-win11-avd' }, 'ok'],
    [
      operator,
      'reader',
      'GET',
      'schedules/{schedule}',
      { schedule: 's-linux' },
      'NotFound: There is no schedule s-linux.',
    ],
    [operator, 'reader', 'GET', 'freezes/{freeze}', { freeze: 'all' }, 'ok'],
    [
      operator,
      'operator',
      'DELETE',
      'freezes/{freeze}',
      { freeze: 'all' },
      'Forbidden: This needs the role operator for freeze all.',
    ],
    [operator, 'operator', 'DELETE', 'freezes/{freeze}', { freeze: 'host-pool_sales' }, 'ok'],
    [
      operator,
      'operator',
      'DELETE',
      'freezes/{freeze}',
      { freeze: 'host-pool_finance' },
      'NotFound: There is no freeze host-pool_finance.',
    ],
    [
      operator,
      'operator',
      'DELETE',
      'freezes/{freeze}',
      { freeze: 'nothing' },
      'NotFound: There is no freeze nothing.',
    ],
    [operator, 'operator', 'PUT', 'freezes/{freeze}', { freeze: 'nothing' }, 'ok'],
    [
      operator,
      'operator',
      'PUT',
      'freezes/{freeze}',
      { freeze: 'host-pool_finance' },
      'NotFound: There is no freeze host-pool_finance.',
    ],
    [operator, 'reader', 'GET', 'marketplace/{location}/publishers', { location: 'westeurope' }, 'ok'],
    [operator, 'reader', 'GET', 'rollouts', {}, 'ok'],
    [
      operator,
      'reader',
      'GET',
      'rollouts/summary',
      {},
      'Forbidden: This needs the role reader for everything.',
    ],
    [
      operator,
      'operator',
      'POST',
      'something-new/{thing}',
      { thing: 'x' },
      'Forbidden: This needs the role operator for everything.',
    ],
    [operator, 'reader', 'GET', 'something-new', {}, 'Forbidden: This needs the role reader for everything.'],
  ])(
    '%#: is not there to whoever may not see it, and forbidden to whoever may',
    async (caller, role, method, route, path, said) => {
      expect(await at(caller, role, method, route, path)).toBe(said);
    },
  );

  it('costs whoever may everything no look', async () => {
    looked.length = 0;
    expect(
      await at(callerWith({ role: 'operator' }), 'operator', 'POST', 'rollouts/{rollout}/pause', {
        rollout: 'x',
      }),
    ).toBe('ok');
    expect(looked).toEqual([]);
  });

  it('costs the same looks whether it is there or not', async () => {
    looked.length = 0;
    for (const rollout of ['r-finance', 'nothing'])
      await at(operator, 'operator', 'POST', 'rollouts/{rollout}/pause', { rollout });
    expect(looked).toEqual(['r-finance', 'nothing']);
  });

  it('may not be asked for in a body either', async () => {
    const asked = async (caller: Caller, role: 'builder' | 'operator', route: string, body: object) =>
      await outcome(() => refuseOutsideBody(caller, { method: 'PUT', route, role }, body));
    const freeze = (scope: object) => asked(operator, 'operator', 'freezes/{freeze}', { scope });
    expect(await freeze({ kind: 'host-pool', name: 'sales' })).toBe('ok');
    expect(await freeze({ kind: 'host-pool', name: 'finance' })).toBe(
      'NotFound: There is no host pool finance.',
    );
    expect(await freeze({ kind: 'image-set', name: 'linux' })).toBe('NotFound: There is no image set linux.');
    expect(await freeze({ kind: 'image-set', name: 'win11-avd' })).toBe(
      'Forbidden: This needs the role operator for image set win11-avd.',
    );
    expect(await freeze({ kind: 'all' })).toBe('Forbidden: This needs the role operator for everything.');
    const schedule = (imageSet: string) =>
      asked(builder, 'builder', 'schedules/{schedule}', { request: { imageSet } });
    expect(await schedule('win11-avd')).toBe('ok');
    expect(await schedule('linux')).toBe('NotFound: There is no image set linux.');
    const pool = (imageSet: string) => asked(operator, 'operator', 'host-pools/{pool}', { imageSet });
    expect(await pool('win11-avd')).toBe('ok');
    expect(await pool('linux')).toBe('NotFound: There is no image set linux.');
  });
});
