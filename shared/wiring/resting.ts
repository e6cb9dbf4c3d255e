import type { Instant } from '../instant.ts';
import { logged } from '../news.ts';

/** What an engine needs of things that have no time of their own: they are told facts, and never woken. */
export function resting(kind: string, now: () => Instant) {
  return {
    wake: async () => {},
    now,
    perform: async (id: string): Promise<never> => {
      throw new Error(`${id} calls for nothing`);
    },
    ...logged(kind),
  };
}
