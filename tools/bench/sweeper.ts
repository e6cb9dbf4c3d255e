import { tableRows } from '../../shared/azure/table-rows.ts';
import { secondsAfter, toInstant } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import type { Workflow } from '../../shared/workflow/workflow.ts';
import { openTables } from './tables-only.ts';

/** What one sweep cost, in what Azure charges for. */
export interface Sweep {
  readonly overdue: number;
  readonly woken: number;
  readonly requests: number;
  readonly entities: number;
}

interface Work {
  readonly dueAt?: string;
  readonly notes: string;
}
type Told = { readonly type: 'told'; readonly work: Work };

/** The least of a workflow: due when it says so, or never again. */
const life: Workflow<Work, Told, never> = {
  evolve: (_, { work }) => work,
  decide: ({ dueAt }) => (dueAt === undefined ? {} : { lookAgainAt: dueAt }),
  isNews: () => true,
};

/** Sweeps a table in which so many workflows are over: first with nothing overdue, then with a few that are. */
export async function measureSweeper({
  finished,
  overdue,
}: {
  finished: number;
  overdue: number;
}): Promise<readonly Sweep[]> {
  const { tables, azure } = await openTables();
  try {
    const rows = tableRows(azure.table('works'));
    const store = new WorkflowStore<Work, Told>('work', rows, tableRows(azure.table('due')));
    const now = toInstant(Date.now());
    let woken = 0;
    const engine = new Engine<Work, Told, never>({
      workflow: life,
      store,
      perform: async () => {
        throw new Error('nothing is ever to be done');
      },
      wake: async () => {
        woken += 1;
      },
      now: () => now,
    });
    // The row that the store keeps of a workflow that is over: a partition each, and nothing in the due index.
    await inParallel(finished, async (index) => {
      const json = JSON.stringify({ notes: `finished work ${index}` } satisfies Work);
      await rows.write(`work-${index}`, [{ row: 'state', json, columns: { changes: 1, dueAt: '' } }]);
    });
    const sweep = async (expected: number): Promise<Sweep> => {
      woken = 0;
      tables.requests.reset();
      await engine.sweep();
      return {
        overdue: expected,
        woken,
        requests: tables.requests.count,
        entities: tables.requests.entitiesReturned,
      };
    };
    await sweep(0); // makes sure of the tables, which costs a request the first time
    if ((await engine.load(`work-${finished - 1}`)) === undefined)
      throw new Error('the finished are not there');
    const idle = await sweep(0);
    const dueAt = secondsAfter(now, -3600);
    for (let index = 0; index < overdue; index += 1) {
      const work = { dueAt, notes: 'forgotten' };
      await engine.record(`overdue-${index}`, () => ({ type: 'told', work }));
    }
    return [idle, await sweep(overdue)];
  } finally {
    await azure.close();
    await tables.stop();
  }
}

async function inParallel(
  count: number,
  work: (index: number) => Promise<void>,
  workers = 32,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
