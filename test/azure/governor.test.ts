import { describe, expect, it } from 'vitest';
import { Governor } from '../../shared/azure/governor.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';

const base =
  'https://management.azure.com/subscriptions/S/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set';
const instance = (id = '0') => ({ method: 'GET', url: `${base}/virtualMachines/${id}?api-version=1` });
const list = { method: 'GET', url: `${base}/virtualMachines?api-version=1` };
const tag = { method: 'PUT', url: `${base}/virtualMachines/0?api-version=1` };
const machines =
  'https://management.azure.com/subscriptions/S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines';
const named = (method: string, rest = '') => ({ method, url: `${machines}/vm-1${rest}` });
const pool = {
  method: 'GET',
  url: 'https://management.azure.com/subscriptions/S/resourceGroups/g/providers/Microsoft.DesktopVirtualization/hostPools/p/sessionHosts',
};
const reimage = { method: 'POST', url: `${base}/virtualMachines/0/reimage?api-version=1` };

const answer = (status: number, headers: Record<string, string> = {}, body = '') => ({
  status,
  header: (name: string) => headers[name],
  body,
});

function governed({ rows = memoryRows() } = {}) {
  const clock: { at: Instant } = { at: '2026-01-05T12:00:00.000Z' };
  const pass = (seconds: number) => {
    clock.at = secondsAfter(clock.at, seconds);
  };
  const another = () => {
    const governor = new Governor(() => clock.at);
    governor.shareOver(rows);
    return governor;
  };
  return { governor: another(), another, pass, rows, clock };
}

/** How many may be sent at once before the first that may not. */
async function burst(governor: Governor, asked: { method: string; url: string }): Promise<number> {
  for (let sent = 0; sent < 2000; sent += 1) if ((await governor.ask(asked)) > 0) return sent;
  return Infinity;
}

describe('the governor', () => {
  it.each([
    ['reads of one instance', instance(), 36, 5],
    ['lists of a scale set', list, 30, 6],
    ['changes of one instance', tag, 12, 15],
    ['reimages, which count for the subscription in its region alone', reimage, 200, 1],
    ['reads of a machine with a name', named('GET', '?$expand=instanceView'), 36, 5],
    ['what is made under a name', named('PUT'), 12, 15],
    ['changes of a machine with a name', named('PATCH'), 12, 15],
    ['removals of a machine with a name', named('DELETE'), 12, 15],
    ['extensions of a machine, which are changes of it', named('PUT', '/extensions/join'), 12, 15],
    ['lists of machines, of which ARM allows fewer at once', { method: 'GET', url: machines }, 250, 1],
    ['reads of a host pool, which only ARM itself counts', pool, 250, 1],
  ])('lets through what Azure would of %s, and says when there is more', async (_, asked, most, wait) => {
    const { governor, pass } = governed();
    expect(await burst(governor, asked)).toBe(most);
    expect(await governor.ask(asked)).toBe(wait);
    pass(wait);
    expect(await governor.ask(asked)).toBe(0);
  });

  it('begins a list of many pages only where it can end it', async () => {
    const { governor, pass } = governed();
    const page = async (number: number, of: number) => {
      const url = number === 1 ? list.url : `${list.url}&%24skiptoken=${number}`;
      const wait = await governor.ask({ ...list, url });
      if (wait > 0) return wait;
      await governor.heard(list, answer(200, {}, number < of ? '{"nextLink": "…"}' : '{}'));
      return 0;
    };
    const listed = async (of: number) => {
      for (let number = 1; number <= of; number += 1) {
        const wait = await page(number, of);
        if (wait > 0) return `page ${number}: ${wait} s`;
      }
      return 'all';
    };
    // Thirty tokens are three lists of eight pages, and six for the next, which needs eight.
    expect([await listed(8), await listed(8), await listed(8), await listed(8)]).toEqual([
      'all',
      'all',
      'all',
      'page 1: 12 s',
    ]);
    pass(12);
    expect(await listed(8)).toBe('all');
    // Others took what was there: better to stop at the first page than at the last.
    pass(48);
    await page(1, 8);
    await governor.heard(
      list,
      answer(200, { 'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/List;2' }, '{"nextLink": "…"}'),
    );
    expect(await page(2, 8)).toBe(30);
    // A shorter list needs no more than it had.
    pass(60);
    expect(await listed(2)).toBe('all');
    expect(await page(1, 2)).toBe(0);
  });

  it('counts each resource for itself', async () => {
    const { governor } = governed();
    await burst(governor, instance('0'));
    expect(await governor.ask(instance('0'))).toBeGreaterThan(0);
    expect(await governor.ask(instance('1'))).toBe(0);
    expect(
      await governor.ask({
        ...instance('1'),
        url: instance('1').url.toUpperCase().replace('HTTPS', 'https'),
      }),
    ).toBe(0);
  });

  it('takes Azure’s word for what is left, where Azure counts more than we did', async () => {
    const { governor } = governed();
    await governor.ask(list);
    const left = {
      'x-ms-ratelimit-remaining-resource':
        'Microsoft.Compute/ListSubscription;900,Microsoft.Compute/ListResource;2',
    };
    await governor.heard(list, answer(200, left));
    expect(await burst(governor, list)).toBe(2);
    const door = { 'x-ms-ratelimit-remaining-subscription-reads': '3' };
    await governor.heard(pool, answer(200, door));
    expect(await burst(governor, pool)).toBe(3);
  });

  it('takes Azure’s word for what the whole subscription has left in a region', async () => {
    const { governor } = governed();
    const of = (id: string) => ({ ...tag, url: tag.url.replace('/0?', `/${id}?`) });
    expect(await governor.ask(of('0'))).toBe(0);
    const left = 'Microsoft.Compute/UpdateSubscription;1,Microsoft.Compute/UpdateResource;11';
    await governor.heard(of('0'), answer(200, { 'x-ms-ratelimit-remaining-resource': left }));
    expect(await governor.ask(of('1'))).toBe(0);
    expect(await governor.ask(of('2'))).toBeGreaterThan(0);
    // Of the reads of the same machines nothing was said.
    expect(await governor.ask(instance('2'))).toBe(0);
  });

  it('never takes Azure’s word for more than the published burst', async () => {
    const { governor } = governed();
    await governor.heard(
      list,
      answer(200, { 'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/HighCostGet;9000' }),
    );
    expect(await burst(governor, list)).toBe(30);
  });

  it('closes after a 429 whatever shares the bucket, and nothing else', async () => {
    const { governor, pass } = governed();
    await governor.heard(instance(), answer(429, { 'retry-after': '42' }));
    expect(await governor.ask(instance())).toBe(42);
    expect(await governor.ask(instance('1'))).toBe(0);
    pass(41);
    expect(await governor.ask(instance())).toBe(1);
    pass(1);
    expect(await governor.ask(instance())).toBe(0);
  });

  it('closes what the 429 speaks of: the subscription, its region, or the resource', async () => {
    const { governor } = governed();
    await governor.heard(
      tag,
      answer(429, { 'retry-after': '30' }, '{"target":"Microsoft.Compute/UpdateSubscription"}'),
    );
    expect(await governor.ask({ ...tag, url: tag.url.replace('/0?', '/7?') })).toBe(30);
    expect(await governor.ask(instance('7'))).toBe(0);
    await governor.heard(
      instance(),
      answer(429, { 'retry-after': '20' }, '{"error":{"code":"SubscriptionRequestsThrottled"}}'),
    );
    expect(await governor.ask(pool)).toBe(20);
    expect(await governor.ask(reimage)).toBe(0);
  });

  it('tells one region from another once it has seen where things are', async () => {
    const { governor } = governed();
    const west = { ...tag, url: tag.url.replace('/set/', '/west/') };
    await governor.heard(tag, answer(200, {}, '{"location":"North Europe"}'));
    await governor.heard(west, answer(200, {}, '{"location":"westeurope"}'));
    await governor.heard(
      tag,
      answer(429, { 'retry-after': '30' }, '{"target":"Microsoft.Compute/UpdateSubscription"}'),
    );
    expect(await governor.ask(tag)).toBe(30);
    expect(await governor.ask(west)).toBe(0);
  });

  it('waits for a date as for seconds, and for a while where Azure says nothing', async () => {
    const { governor, clock } = governed();
    const date = new Date(secondsAfter(clock.at, 90)).toUTCString();
    await governor.heard(instance(), answer(429, { 'retry-after': date }));
    expect(await governor.ask(instance())).toBe(90);
    await governor.heard(pool, answer(429));
    expect(await governor.ask(pool)).toBe(15);
  });

  it('tells the other instances, which hear of it within half a minute', async () => {
    const { governor, another, pass } = governed();
    const other = another();
    expect(await other.ask(pool)).toBe(0);
    await governor.heard(pool, answer(429, { 'retry-after': '120' }));
    pass(30);
    expect(await other.ask(pool)).toBe(90);
    // One that comes up hears of it before its first request.
    expect(await another().ask(pool)).toBe(90);
  });

  it('costs a query each half minute at work, a write for each 429, and leaves nothing behind', async () => {
    const inner = memoryRows();
    const operations: string[] = [];
    const rows = Object.fromEntries(
      Object.entries(inner).map(([name, operation]) => [
        name,
        async (...given: unknown[]) => {
          operations.push(name);
          return await (operation as (...given: unknown[]) => Promise<unknown>)(...given);
        },
      ]),
    ) as unknown as typeof inner;
    const { governor, pass } = governed({ rows });
    for (let second = 0; second < 60; second += 1) {
      await governor.ask(pool);
      pass(1);
    }
    expect(operations).toEqual(['inPartition', 'inPartition']);
    await governor.heard(pool, answer(429, { 'retry-after': '5' }));
    await governor.heard(pool, answer(429, { 'retry-after': '5' }));
    expect(operations.slice(2)).toEqual(['write']);
    pass(60);
    await governor.ask(pool);
    expect(operations.slice(3)).toEqual(['inPartition', 'remove']);
    expect(await inner.inPartition('closed', { from: '', to: '\uffff' })).toEqual([]);
  });

  it('goes on where the table is down', async () => {
    const down = { ...memoryRows(), inPartition: async () => await Promise.reject(new Error('no table')) };
    const { governor } = governed({ rows: down });
    expect(await governor.ask(pool)).toBe(0);
  });

  it('has no say in what does not go to Azure Resource Manager', async () => {
    const { governor } = governed();
    const blob = { method: 'GET', url: 'https://images.blob.core.windows.net/vhds/one.vhd' };
    expect(await burst(governor, blob)).toBe(Infinity);
    await governor.heard(blob, answer(429, { 'retry-after': '60' }));
    expect(await governor.ask(blob)).toBe(0);
  });
});
