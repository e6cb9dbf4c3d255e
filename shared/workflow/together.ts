import { hasCode } from '../errors.ts';
import type { ETags, Rows, Write } from './rows.ts';

interface Waiting {
  readonly writes: readonly Write[];
  readonly settle: (outcome: Outcome) => void;
}

/** Who waits to write to one partition, and how many transactions are on their way there. */
interface Lane {
  readonly waiting: Waiting[];
  underWay: number;
}
type Send = (writes: readonly Write[]) => Promise<ETags>;
type Outcome =
  | { readonly failed: false; readonly etags: ETags }
  | { readonly failed: true; readonly error: unknown };

/** A transaction takes 100 rows and 4 MB; its text is told in units of UTF-16, and JSON within JSON grows. */
const mostRows = 100;
const mostUnits = 400_000;
/** While one is on its way, another is put together and answered: neither side waits for the other. */
const mostUnderWay = 2;
/** Who takes longer does not keep the others: they go on without waiting for him. */
const slowMs = 500;

/**
 * The same rows, where what is written to one partition while writes to it are under way goes as one transaction.
 * Who writes alone waits for nobody, and everybody waits for the transaction that he is in: what comes after it comes
 * after his write. Nobody fails for another: what was refused together is tried by each for himself.
 */
export function together(rows: Rows): Rows {
  const lanes = new Map<string, Lane>();
  /** Sends what waits, as far as there is room; whoever comes meanwhile finds the lane as long as it is used. */
  const drain = (name: string, partition: string, lane: Lane) => {
    while (lane.waiting.length > 0 && lane.underWay < mostUnderWay) {
      void sendOne(name, partition, lane);
    }
    if (lane.underWay === 0 && lanes.get(name) === lane) lanes.delete(name);
  };
  const sendOne = async (name: string, partition: string, lane: Lane) => {
    lane.underWay += 1;
    await soon(sendAll(taken(lane.waiting), async (writes) => await rows.write(partition, writes)));
    lane.underWay -= 1;
    drain(name, partition, lane);
  };
  return {
    ...rows,
    async write(partition, writes) {
      // Only what replaces whatever is there may be sent again unseen, so that it keeps to itself.
      const isRepeatable = writes.every(({ etag }) => etag === 'any');
      const name = `${isRepeatable ? 'any' : 'guarded'} ${partition}`;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const one = { writes, settle: resolve };
      const lane = lanes.get(name) ?? { waiting: [], underWay: 0 };
      lanes.set(name, lane);
      lane.waiting.push(one);
      // A turn of the event loop: who comes at the same moment goes along.
      if (lane.waiting.length === 1) setImmediate(() => drain(name, partition, lane));
      const outcome = await promise;
      if (outcome.failed) throw outcome.error;
      return outcome.etags;
    },
  };
}

/** As many as fit into one transaction, from the first on; none of them twice the same row. */
function taken(lane: Waiting[]): readonly Waiting[] {
  const keys = new Set<string>();
  let units = 0;
  const end = lane.findIndex(({ writes }, index) => {
    units += writes.reduce((sum, { json }) => sum + json.length, 0);
    const isTwice = writes.some(({ row }) => keys.has(row));
    for (const { row } of writes) keys.add(row);
    return index > 0 && (isTwice || keys.size > mostRows || units > mostUnits);
  });
  return lane.splice(0, end === -1 ? lane.length : end);
}

async function sendAll(batch: readonly Waiting[], send: Send): Promise<void> {
  const outcome = await outcomeOf(async () => await send(batch.flatMap(({ writes }) => writes)));
  const mustPart = batch.length > 1 && outcome.failed && isRefusal(outcome.error);
  let from = 0;
  const settled = batch.map(async ({ writes, settle }) => {
    const first = from;
    from += writes.length;
    settle(
      mustPart ? await outcomeOf(async () => await send(writes)) : shareOf(outcome, first, writes.length),
    );
  });
  await Promise.all(settled);
}

/** Nothing was written, and it was for one of them: whereas what got no answer may have been written. */
function isRefusal(error: unknown): boolean {
  return (['Conflict', 'StateTooLarge', 'AzureRefused'] as const).some((code) => hasCode(error, code));
}

function shareOf(outcome: Outcome, from: number, count: number): Outcome {
  return outcome.failed ? outcome : { failed: false, etags: outcome.etags?.slice(from, from + count) };
}

async function outcomeOf(act: () => Promise<ETags>): Promise<Outcome> {
  try {
    return { failed: false, etags: await act() };
  } catch (error) {
    return { failed: true, error };
  }
}

/** Waits for work, but not for what takes long: that goes on by itself. */
export async function soon(work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, slowMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
