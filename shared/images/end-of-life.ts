import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import {
  answers,
  decideStage,
  entered,
  isStageNews,
  type StageCommand,
  type StageEvent,
  type Standing,
  stayed,
} from '../workflow/stages.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { ImageVersionRef } from './gallery.ts';

/** When the life of a version ends, who said so, who was told, and whether Azure knows. Known by the version's id. */
export interface EndOfLifeDate {
  readonly ref: ImageVersionRef;
  readonly date: Instant;
  readonly setAt: Instant;
  readonly by: string;
  /** Of which date people were told, and when. */
  readonly told?: { readonly date: Instant; readonly at: Instant };
  /** Counts the looks at Azure, across dates: an answer about an earlier date is old news. */
  readonly look: number;
  /** While Azure is brought to the date. */
  readonly standing?: Standing<'end-of-life'>;
  /** Why Azure was not brought to it: its date there is another. */
  readonly notBrought?: Failure;
}

type Nothing = Record<string, never>;
export type EndOfLifeEvent =
  | {
      /** Azure has had it since the version was captured. */
      readonly type: 'end-of-life-found';
      readonly ref: ImageVersionRef;
      readonly date: Instant;
      readonly setAt: Instant;
      readonly at: Instant;
    }
  | {
      readonly type: 'end-of-life-moved';
      readonly ref: ImageVersionRef;
      readonly date: Instant;
      readonly by: string;
      readonly at: Instant;
    }
  | { readonly type: 'end-of-life-noticed'; readonly date: Instant; readonly at: Instant }
  | StageEvent<'end-of-life', Nothing>;

/** Azure may be at another change of the version for hours: it copies, or a region is repaired. */
const minutesAllowed = 48 * 60;

export const endOfLifeLife: Workflow<EndOfLifeDate, EndOfLifeEvent, StageCommand> = {
  evolve(known, event) {
    switch (event.type) {
      case 'end-of-life-found':
        return known ?? { ref: event.ref, date: event.date, setAt: event.setAt, by: 'image set', look: 0 };
      case 'end-of-life-moved':
        return moved(known, event);
      case 'end-of-life-noticed':
        return known && noticed(known, event);
      default:
        return known && afterLook(known, event);
    }
  },
  decide: ({ standing }, now) => (standing ? decideStage(standing, now) : {}),
  isNews: isStageNews,
};

/** Told of a date that was moved meanwhile: of the new one nobody was told yet. */
function noticed(known: EndOfLifeDate, { date, at }: { date: Instant; at: Instant }): EndOfLifeDate {
  if (date !== known.date || known.told?.date === date) return known;
  return { ...known, told: { date, at } };
}

function afterLook(known: EndOfLifeDate, event: StageEvent<'end-of-life', Nothing>): EndOfLifeDate {
  const { standing, notBrought: _, ...rest } = known;
  if (!standing || !answers(standing, event)) return known;
  const look = known.look + 1;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...known, look, standing: stayed(standing, event) };
    case 'stage-done':
      return { ...rest, look };
    case 'stage-failed':
    case 'stage-overdue':
      return { ...rest, look, notBrought: event.failure };
  }
}

function moved(
  known: EndOfLifeDate | undefined,
  { ref, date, by, at }: Extract<EndOfLifeEvent, { type: 'end-of-life-moved' }>,
): EndOfLifeDate {
  const isSame = known?.date === date;
  if (known && isSame && !known.notBrought) return known;
  const look = (known?.look ?? 0) + 1;
  const standing = entered('end-of-life' as const, at, minutesAllowed, look);
  const told = known?.told;
  // The same date once more only asks Azure again: its notice was given.
  const said = known && isSame ? { setAt: known.setAt, by: known.by } : { setAt: at, by };
  return { ref, date, ...said, look, standing, ...(told && { told }) };
}
