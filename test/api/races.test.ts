import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTables, type Tables } from '../../infra/local/tables/tables.ts';
import { tableRows } from '../../shared/azure/table-rows.ts';
import type { AppError } from '../../shared/errors.ts';
import { freezeRequests } from '../../shared/rollouts/freeze-requests.ts';
import { type FreezeCalendar, type FreezeEvent, freezeLife } from '../../shared/rollouts/freezes.ts';
import { PoolStore } from '../../shared/rollouts/pools.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { openImages } from '../images/requests-world.ts';
import { plan } from '../images/versions.ts';
import { azureIn } from '../support/azure.ts';
import { memoryRows } from '../support/memory-rows.ts';

const now = () => '2026-01-05T12:00:00.000Z';

function freezesOver(rows: (name: string) => Rows) {
  const calendar = new Engine({
    workflow: freezeLife,
    store: new WorkflowStore<FreezeCalendar, FreezeEvent>('freezes', rows('freezes'), rows('due')),
    perform: async () => await Promise.reject(new Error('nothing is looked at here')),
    wake: async () => {},
    now,
  });
  const poolStore = new PoolStore('host-pool', rows('pools'), rows('due'));
  // No pool, so no rollout is told.
  return freezeRequests({
    calendar,
    poolStore,
    rollouts: undefined as never,
    isImageSet: async () => true,
    now,
  });
}

const freeze = (reason: string) => ({
  scope: { kind: 'all' as const },
  reason,
  until: '2026-02-01T00:00:00.000Z',
});
const codes = (all: readonly PromiseSettledResult<unknown>[]) =>
  all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as AppError).code] : []));

/** Of all who decided on the same exactly one gets it, whoever that is. */
function letsOneThrough(open: () => (name: string) => Rows) {
  const five = ['a', 'b', 'c', 'd', 'e'];

  it('of changes decided on one revision exactly one is made', async () => {
    const asks = freezesOver(open());
    const { revision = 0 } = (await asks.put('fair', freeze('a fair'))).freeze;
    const all = await Promise.allSettled(
      five.map(async (reason) => await asks.put('fair', freeze(reason), { match: revision })),
    );
    expect(codes(all)).toEqual(five.slice(1).map(() => 'PreconditionFailed'));
    expect(await asks.get('fair')).toMatchObject({ revision: revision + 1 });
  });

  it('of those who make it exactly one does', async () => {
    const asks = freezesOver(open());
    const all = await Promise.allSettled(
      five.map(async (reason) => await asks.put('new', freeze(reason), { isNew: true })),
    );
    expect(codes(all)).toEqual(five.slice(1).map(() => 'PreconditionFailed'));
  });

  it('what was deleted and made anew is not what somebody has read', async () => {
    const asks = freezesOver(open());
    const { revision = 0 } = (await asks.put('again', freeze('x'))).freeze;
    await asks.lift('again', 'ann', { match: revision });
    await asks.put('again', freeze('x'), {});
    await expect(asks.put('again', freeze('y'), { match: revision })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    await expect(asks.lift('again', 'ann', {})).rejects.toMatchObject({ code: 'PreconditionRequired' });
  });
}

describe('in memory', () => {
  letsOneThrough(() => {
    const tables = new Map<string, Rows>();
    return (name) => {
      const rows = tables.get(name) ?? memoryRows();
      tables.set(name, rows);
      return rows;
    };
  });
});

describe('in Table Storage', () => {
  let tables: Tables;
  let opened = 0;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(async () => await tables.stop());
  letsOneThrough(() => {
    opened += 1;
    const prefix = `race${opened}`;
    const azure = azureIn({ Tables: tables.connectionString });
    return (name) => tableRows(azure.table(`${prefix}${name}`));
  });
});

describe('a gallery image definition', () => {
  const body = (name: string) => ({ ...plan, definition: { ...plan.definition, name } }) as never;

  it('belongs to one image set, of two that ask for it at once', async () => {
    const images = openImages();
    const all = await Promise.allSettled(
      ['one', 'two', 'three'].map(async (set) => await images.define(set, body('Desktops'))),
    );
    expect(codes(all)).toEqual(['DefinitionTaken', 'DefinitionTaken']);
    await expect(images.define('four', body('desktops'))).rejects.toMatchObject({
      code: 'DefinitionTaken',
      target: 'definition.name',
    });
  });

  it('is let go by a set that has another by now', async () => {
    const images = openImages();
    await images.define('one', body('first'));
    await images.define('one', body('second'));
    await expect(images.define('two', body('second'))).rejects.toMatchObject({ code: 'DefinitionTaken' });
  });
});
