import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Rows, startingWith } from '../workflow/rows.ts';

/** What became of one event, for one subscription. */
export interface LoggedDelivery {
  readonly event: string;
  readonly type: string;
  readonly subject: string;
  readonly state: 'delivered' | 'retrying' | 'dead';
  readonly attempts: number;
  /** Of the last attempt. */
  readonly at: Instant;
  readonly said: string;
  readonly nextAt?: Instant;
}

/** So many places of the feed are a page: what it costs grows with neither the feed nor the log. */
const placesAPage = 500;
const last = 999_999_999_999;
/** The newest first. */
const rowOf = (position: number) => String(last - position).padStart(12, '0');

export type DeliveryLog = ReturnType<typeof deliveryLog>;

/** What was delivered to each subscription, and what was not. */
export function deliveryLog(rows: Rows) {
  return {
    async put(subscription: string, position: number, delivery: LoggedDelivery): Promise<void> {
      const json = JSON.stringify(delivery);
      await rows.write(subscription, [{ row: rowOf(position), json, etag: 'any' }]);
    },

    async find(subscription: string, position: number): Promise<LoggedDelivery | undefined> {
      const row = await rows.read(subscription, rowOf(position));
      return row && (JSON.parse(row.json) as LoggedDelivery);
    },

    /** Removes what is about places up to there, at most so many lines; answers how many. */
    async prune(subscription: string, upTo: number, most: number): Promise<number> {
      const range = { from: rowOf(upTo), to: startingWith('9').to };
      const found = await rows.inPartition(subscription, range, most);
      for (const { row } of found) await rows.remove(subscription, row);
      return found.length;
    },

    /** A page from there on, back in time; `older` is where the next begins. */
    async page(subscription: string, from: number) {
      const to = Math.max(0, from - placesAPage);
      const range = { from: rowOf(from), to: rowOf(to) };
      const found = await rows.inPartition(subscription, range);
      const value = found.map(({ json }) => JSON.parse(json) as LoggedDelivery);
      return { value, ...(to > 0 && { older: to }) };
    },
  };
}

/** Where a page begins, as the one before said. */
export function pageFrom(cursor: string | undefined, head: number): number {
  if (cursor === undefined) return head;
  const from = /^log (\d{1,12})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (from !== undefined) return Number(from);
  throw new AppError('ValidationFailed', 'That is no cursor: give the one of an earlier page, or none.', {
    target: 'before',
  });
}

export const cursorOf = (position: number) => Buffer.from(`log ${position}`).toString('base64url');
