import type { Instant } from '../instant.ts';
import type { Asked, Page } from '../workflow/page.ts';
import { after, type Rows, startingWith } from '../workflow/rows.ts';

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

const mostRead = 1000;
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

    /** A page of it, the newest first. Whoever wants what is rare gets shorter pages, not slower ones. */
    async page(
      subscription: string,
      { after: last = '', most = Infinity }: Asked = {},
      state?: LoggedDelivery['state'],
    ): Promise<Page<LoggedDelivery>> {
      const size = state === undefined ? most : Math.max(most, mostRead);
      const from = last === '' ? '' : after(last);
      // One more than is looked at says whether there is a next page.
      const found = await rows.inPartition(subscription, { from, to: ':' }, size + 1);
      const value: LoggedDelivery[] = [];
      const looked = found.slice(0, size);
      for (const [index, { row, json }] of looked.entries()) {
        const delivery = JSON.parse(json) as LoggedDelivery;
        if (delivery.state === (state ?? delivery.state)) value.push(delivery);
        const isEnd = value.length === most || index + 1 === size;
        if (isEnd) return { value, ...(index + 1 < found.length && { next: row }) };
      }
      return { value };
    },
  };
}
