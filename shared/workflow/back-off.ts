import { type Instant, minutesAfter } from '../instant.ts';
import { type Row, type Rows, startingWith } from './rows.ts';

/** Work whose looks fail by a defect, again and again, in one and the same state. */
export interface Failing {
  readonly id: string;
  /** The state that it fails in: once that has moved on, all this is old news. */
  readonly changes: number;
  readonly since: Instant;
  /** When it last failed, and how often in all. */
  readonly at: Instant;
  readonly times: number;
  readonly why: string;
  /** How often the sweeper has woken it since, and until when it lets it rest. */
  readonly woken: number;
  readonly restsUntil: Instant;
}

type ChangesOf = (id: string) => Promise<number | undefined>;

const prefix = 'failing|';
const rowOf = (id: string) => prefix + id;
const restMinutes = (woken: number) => Math.min(2 ** woken, 60);

/**
 * Which work of one kind keeps failing. Whoever wakes it each minute makes a dead letter each minute and mends
 * nothing: it is woken after 1, 2, 4 … 60 minutes instead. A row each in the due index, beside what it points at.
 */
export function backOffOf(kind: string, due: Rows) {
  const all = async () => (await due.inPartition(kind, startingWith(prefix))).map(failingIn);
  /** Of two who write at once one count is lost, and nothing else. */
  const keep = async (failing: Failing, etag?: string) =>
    await due.write(kind, [
      { row: rowOf(failing.id), json: JSON.stringify(failing), ...(etag !== undefined && { etag }) },
    ]);

  return {
    all,

    /** A look at it failed. */
    async failed({ id, changes, why, at }: Pick<Failing, 'id' | 'changes' | 'why' | 'at'>): Promise<void> {
      const row = await due.read(kind, rowOf(id));
      const known = row && failingIn(row);
      const was = known?.changes === changes ? known : { since: at, times: 0, woken: 0, restsUntil: at };
      await keep({ ...was, id, changes, why, at, times: was.times + 1 }, row?.etag);
    },

    /** Those that may be woken now; what is failing among them rests afterwards, twice as long as the last time. */
    async withoutResting(
      ids: readonly string[],
      changesOf: ChangesOf,
      now: Instant,
    ): Promise<readonly string[]> {
      if (ids.length === 0) return ids;
      const resting = new Set<string>();
      for (const failing of await all()) {
        const { id, woken, restsUntil } = failing;
        if ((await changesOf(id)) !== failing.changes) await due.remove(kind, rowOf(id));
        else if (now < restsUntil) resting.add(id);
        else if (ids.includes(id)) {
          const next = { ...failing, woken: woken + 1, restsUntil: minutesAfter(now, restMinutes(woken)) };
          await keep(next, 'any');
        }
      }
      return ids.filter((id) => !resting.has(id));
    },
  };
}

function failingIn({ json }: Pick<Row, 'json'>): Failing {
  return JSON.parse(json) as Failing;
}
