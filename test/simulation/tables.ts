import { isOfOutbox } from '../../shared/workflow/outbox.ts';
import { startingWith, type Rows, type Write } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** A row of state as it is by now: of a version, a rollout, a host, a pool. */
export interface Kept {
  readonly state: unknown;
  readonly changes: number;
  readonly dueAt: string;
}

/** One save of one row of state, with its line of history if it has one. */
export interface Saving {
  readonly table: string;
  readonly id: string;
  readonly before: Kept | undefined;
  readonly after: Kept;
  readonly event: unknown;
  /** How many lines of history were written with it. */
  readonly lines: number;
}

/** By which name the feed knows what is kept in a table. */
const kinds: Readonly<Record<string, string>> = {
  announcements: 'announcement',
  approvals: 'approval',
  channels: 'channel',
  freezes: 'freezes',
  hostpools: 'host-pool',
  releases: 'release',
  replications: 'replication',
  rollouts: 'rollout',
  schedules: 'schedule',
  subscriptions: 'subscription',
  validations: 'validation',
  versions: 'version',
};

/** Azure answers a query in pages of so many entities. */
const pageSize = 1000;

/**
 * All tables of the app in memory, with somebody who hears of every save that took effect and every pointer
 * that is taken out of the due index, and a count of what Azure would charge for.
 */
export class Tables {
  readonly #tables = new Map<string, Rows>();
  readonly states = new Map<string, Map<string, Kept>>();
  /** The rows of the due index, of all kinds: `kind|row`. */
  readonly pointers = new Set<string>();
  /** Ids of all that was told, in the order of the saves that told it. */
  readonly told: string[] = [];
  readonly counts = { reads: 0, writes: 0, queryPages: 0, removes: 0 };
  onSaved: (saving: Saving) => void = () => {};
  onUnpointed: (kind: string, row: string) => void = () => {};

  /** The table of that name. */
  rows(name: string): Rows {
    const known = this.#tables.get(name);
    if (known) return known;
    const rows = this.#watched(name, memoryRows());
    this.#tables.set(name, rows);
    return rows;
  }

  statesOf<State>(table: string): (readonly [id: string, state: State])[] {
    return [...(this.states.get(table) ?? [])].map(([id, { state }]) => [id, state as State]);
  }

  /** What is in an outbox, and not known to be in the feed. */
  get untold(): readonly string[] {
    return [...this.pointers].filter((pointer) => isOfOutbox(pointer.slice(pointer.indexOf('|') + 1)));
  }

  #watched(name: string, rows: Rows): Rows {
    const { counts } = this;
    const paged = <T extends readonly unknown[]>(found: T): T => {
      counts.queryPages += Math.max(1, Math.ceil(found.length / pageSize));
      return found;
    };
    return {
      read: async (partition, row) => {
        counts.reads += 1;
        return await rows.read(partition, row);
      },
      write: async (partition, writes) => {
        counts.writes += 1;
        const etags = await rows.write(partition, writes);
        if (name === 'due') for (const { row } of writes) this.pointers.add(`${partition}|${row}`);
        else this.#saved(name, partition, writes);
        return etags;
      },
      remove: async (partition, ...gone) => {
        counts.removes += 1;
        await rows.remove(partition, ...gone);
        if (name !== 'due') return;
        for (const row of gone) {
          this.pointers.delete(`${partition}|${row}`);
          this.onUnpointed(partition, row);
        }
      },
      inPartition: async (...asked) => paged(await rows.inPartition(...asked)),
      acrossPartitions: async (row, range) => paged(await rows.acrossPartitions(row, range)),
    };
  }

  #saved(table: string, id: string, writes: readonly Write[]): void {
    const written = writes.find(({ row }) => row === 'state');
    if (!written) return;
    const { changes = 0, dueAt = '' } = written.columns ?? {};
    const after = {
      state: JSON.parse(written.json) as unknown,
      changes: Number(changes),
      dueAt: String(dueAt),
    };
    const kept = this.states.get(table) ?? new Map<string, Kept>();
    const before = kept.get(id);
    this.states.set(table, kept.set(id, after));
    const { from } = startingWith('line-');
    const told = writes.filter(({ row }) => row.startsWith(from));
    const [line] = told;
    if (line) this.told.push(...idsOf(table, id, Number(changes), line));
    const event = line && (JSON.parse(line.json) as unknown);
    this.onSaved({ table, id, before, after, event, lines: told.length });
  }
}

/** The ids of what a save told: they stay the same, however often it is told. */
function idsOf(table: string, id: string, changes: number, { columns }: Write): readonly string[] {
  const { told } = columns ?? {};
  if (told === undefined) return [];
  const kind = kinds[table];
  if (kind === undefined) throw new Error(`${table} tells the world, and nobody here knows of what`);
  return (JSON.parse(String(told)) as unknown[]).map(
    (_, index) => `${kind}:${id}:${changes}${index === 0 ? '' : `.${index}`}`,
  );
}
