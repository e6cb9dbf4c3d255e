import type { Tables } from '../../infra/local/tables/tables.ts';
import { tableRows } from '../../shared/azure/table-rows.ts';
import { secondsAfter } from '../../shared/instant.ts';
import type { Page } from '../../shared/workflow/page.ts';
import { type Kept, WorkflowStore } from '../../shared/workflow/store.ts';
import { rounded } from './figures.ts';
import { openTables } from './tables-only.ts';

interface Work {
  readonly status: 'succeeded' | 'failed' | 'running';
  readonly notes: string;
}

/** What it costs to answer, in what Azure charges for, and how long it takes here. */
interface Cost {
  readonly asked: string;
  readonly found: number;
  readonly requests: number;
  readonly entities: number;
  readonly ms: number;
}

export interface ListCosts {
  readonly of: number;
  readonly costs: readonly Cost[];
}

const born = '2026-01-05T12:00:00.000Z';
const linesEach = 30;
/** One in so many failed; none of those among them that are asked for first. */
const rareOne = 500;
const underWay = 5;
const most = 100;

/** Pages of one list, out of more and more things that each have a history, and what it cost to read all of them. */
export async function measureLists(sizes: readonly number[]): Promise<readonly ListCosts[]> {
  const { tables, azure } = await openTables();
  try {
    const rows = tableRows(azure.table('works'));
    const store = new WorkflowStore<Work, object>('work', rows, tableRows(azure.table('due')), {
      order: 'by-time',
      names: () => [''],
    });
    const add = async (n: number) => {
      const isOpen = n < underWay;
      const status = isOpen ? 'running' : n % rareOne === rareOne - 1 ? 'failed' : 'succeeded';
      const state: Work = { status, notes: 'a'.repeat(2_000) };
      const at = secondsAfter(born, n);
      const id = `work-${(n * 7919) % 1_000_003}`;
      await store.save(id, {
        state,
        event: {},
        at,
        isNews: true,
        dueAt: isOpen ? at : undefined,
        before: undefined,
      });
      const lines = Array.from({ length: linesEach - 1 }, (_, line) => ({
        row: `line-${String(line + 2).padStart(8, '0')}`,
        json: JSON.stringify({ type: 'stage-done', news: 'b'.repeat(200) }),
        columns: { at },
      }));
      await rows.write(id, lines);
    };
    const costs: ListCosts[] = [];
    let made = 0;
    for (const of of sizes) {
      await inParallel(made, of, add);
      made = of;
      costs.push({ of, costs: await costsOf(store, tables, of) });
    }
    return costs;
  } finally {
    await azure.close();
    await tables.stop();
  }
}

async function costsOf(store: WorkflowStore<Work, object>, tables: Tables, of: number): Promise<Cost[]> {
  const measured = async (asked: string, ask: () => Promise<number>): Promise<Cost> => {
    tables.requests.reset();
    const began = performance.now();
    const found = await ask();
    const ms = rounded(performance.now() - began);
    return { asked, found, requests: tables.requests.count, entities: tables.requests.entitiesReturned, ms };
  };
  const page = (asked: Parameters<typeof store.page>[0]) => async () =>
    (await store.page(asked)).value.length;
  const is =
    (status: Work['status']) =>
    ({ saved }: Kept<Work>) =>
      saved.state.status === status;
  await page({ most: 1 })();
  const middle = await placeOf(store, of / 2);
  return [
    await measured('the newest 100', page({ most })),
    await measured('100 from the middle', page({ most, ...middle })),
    await measured('the oldest 100', page({ most, order: 'oldest-first' })),
    await measured('100 of a rare status', page({ most, where: is('failed') })),
    await measured('what is under way', async () => (await store.underWay()).length),
    await measured('all, as lists were read before', async () => (await store.loadAll('')).length),
  ];
}

/** Where the page ends that so many things come before. */
async function placeOf(store: WorkflowStore<Work, object>, count: number): Promise<{ after?: string }> {
  let found: Page<Kept<Work>> = { value: [] };
  let left = count;
  for (let after: string | undefined; left > 0; after = found.next) {
    found = await store.page({ after, most: Math.min(left, 1000) });
    left -= found.value.length;
    if (found.next === undefined) break;
  }
  return found.next === undefined ? {} : { after: found.next };
}

async function inParallel(from: number, to: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = from;
  const worker = async () => {
    for (let index = next++; index < to; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

/** The figures, one line for each thing asked. */
export function listsTable(measured: readonly ListCosts[]): string[] {
  const line = (name: string, ...values: (number | string)[]) =>
    `  ${name.padEnd(34)}${values.map((value) => String(value).padStart(12)).join('')}`;
  return [
    `a list of things with ${linesEach} lines of history each; one in ${rareOne} is rare`,
    ...measured.flatMap(({ of, costs }) => [
      line(`out of ${of}`, 'found', 'requests', 'entities', 'ms'),
      ...costs.map(({ asked, found, requests, entities, ms }) => line(asked, found, requests, entities, ms)),
    ]),
  ];
}
