import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import type { Rows } from '../workflow/rows.ts';
import { auditBook } from './book.ts';
import type { Wanted } from './entry.ts';
import { journal } from './journal.ts';
import { boundedRefusals } from './refusals.ts';

interface Parts {
  readonly rows: (table: string) => Rows;
  readonly now: () => Instant;
  readonly newId: () => string;
  readonly keptDays: number;
}

export interface Asked extends Wanted {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Where the page before ended. */
  readonly after?: string | undefined;
  readonly most: number;
}

const daySeconds = 24 * 3600;
/** The sweeper has other things to do, too: what a storm of requests leaves is taken in several minutes. */
const mostASweep = 5000;
/** Whoever reads it waits for so many at most. */
const mostAPage = 2000;
/** An entry is in a block within moments, and clocks of processes differ little. */
const blocksApartSeconds = 5;
/** A timer has ten minutes, and a row takes some milliseconds: what is left over goes the next day. */
const mostRemoved = 20_000;

/** The audit, wired: who asked for what, and what became of it. */
export function auditRoom({ rows, now, newId, keptDays }: Parts) {
  const blocks = rows('auditjournal');
  const notes = journal({ rows: blocks, now, newId });
  const book = auditBook({ book: rows('audit'), journal: blocks });
  const keptSince = () => secondsAfter(now(), -keptDays * daySeconds);

  return {
    journal: { ...notes, ...boundedRefusals(() => Date.parse(now())), now },

    requests: {
      /**
       * A page of it. What was asked a moment ago is in it; but after a storm of requests the newest are still on their
       * way, and `upTo` says since when: before that nothing is left out, and nothing from then on is shown.
       */
      async page({ since, until = secondsAfter(now(), 60), after, ...wanted }: Asked) {
        await notes.settled();
        const left = await book.take(mostAPage);
        const upTo = left === undefined ? until : secondsAfter(left, -blocksApartSeconds);
        const isCut = Date.parse(upTo) < Date.parse(until);
        const span = {
          since: since ?? secondsAfter(keptSince(), -31 * daySeconds),
          until: isCut ? upTo : until,
        };
        const page = await book.page({ ...wanted, ...span, after });
        return { ...page, ...(isCut && after === undefined && { upTo }) };
      },
    },

    /** Takes what was noted to where it is read. */
    sweep: async () => await book.take(mostASweep),

    /** Removes what is older than it is to be kept: whole months, so that it is kept up to a month longer. */
    prune: async () => await book.prune(keptSince(), mostRemoved),
  };
}
