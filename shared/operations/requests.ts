import type { Instant } from '../instant.ts';
import { deadLetterRequests } from './dead-letters.ts';
import type { DeadLetters } from './ports.ts';
import { type Failing, quarantinedIn, type RolloutSeen, type Saved, type Stuck, stuckBy } from './stuck.ts';

/** One kind of work, as its store knows it. */
export interface Work {
  readonly kind: string;
  /** Where the API shows it: a path below `/api/`. */
  readonly subject: (id: string) => string | undefined;
  /** Whatever of it is not over. */
  readonly underWay: () => Promise<readonly { readonly id: string; readonly saved: Saved }[]>;
  readonly failing: () => Promise<readonly (Failing & { readonly id: string; readonly at: Instant })[]>;
}

interface Parts {
  readonly deadLetters: DeadLetters;
  readonly works: readonly Work[];
  /** The rollouts of each host pool of late, newest first. */
  readonly rolloutsByPool: () => Promise<readonly (readonly RolloutSeen[])[]>;
  readonly now: () => Instant;
}

/** What people may ask when something is wrong. */
export function operationsRequests({ deadLetters, works, rolloutsByPool, now }: Parts) {
  const stuckOf = async ({ kind, underWay, failing }: Work): Promise<readonly Stuck[]> => {
    const failures = new Map((await failing()).map((failure) => [failure.id, failure]));
    const at = now();
    const all = await underWay();
    return all.flatMap(({ id, saved }) => {
      const found = stuckBy(kind, id, saved, failures.get(id), at);
      const { pool } = saved.state;
      return found ? [typeof pool === 'string' ? { ...found, hostPool: pool } : found] : [];
    });
  };
  return {
    deadLetters: deadLetterRequests({
      deadLetters,
      failing: async (kind) => (await works.find((work) => work.kind === kind)?.failing()) ?? [],
    }),

    /** Everything that somebody should look at, what has been so the longest first. */
    async stuck(why?: Stuck['why']) {
      const found: (Stuck & { readonly subject?: string | undefined })[] = [];
      for (const work of works) {
        for (const one of await stuckOf(work)) found.push({ ...one, subject: work.subject(one.id) });
      }
      for (const rollouts of await rolloutsByPool()) {
        for (const one of quarantinedIn(rollouts)) {
          found.push({ ...one, subject: `rollouts/${one.id.split('.')[0]}/hosts` });
        }
      }
      return found
        .filter((one) => why === undefined || one.why === why)
        .toSorted((a, b) => (a.since < b.since ? -1 : 1));
    },
  };
}
