import { named } from './ancestry.ts';
import type { EndOfLifeDate } from './end-of-life.ts';
import type { Version } from './image.ts';
import type { RetentionPolicy } from './image-set.ts';
import { writtenOf } from './notes.ts';
import { type EndOfLife, overAt, type Planned } from './retention.ts';
import type { Ran } from './retention-run.ts';

/** What retention makes of a set, as the API shows it: one line a version, and how many of each. */
export function retentionView(
  set: string,
  lines: readonly (Planned | Ran)[],
  {
    policy,
    at,
    isDryRun,
  }: { readonly policy: RetentionPolicy; readonly at: string; readonly isDryRun: boolean },
) {
  const count = (action: Planned['action']) => lines.filter((line) => line.action === action).length;
  return {
    imageSet: set,
    at,
    isDryRun,
    policy,
    summary: {
      keep: count('keep'),
      notice: count('notice'),
      deprecate: count('deprecate'),
      delete: count('delete'),
      blocked: count('blocked'),
    },
    versions: lines.map(({ number, status, action, because, until, ...rest }) => ({
      version: number,
      status,
      action,
      because,
      until,
      ...('outcome' in rest && { outcome: rest.outcome, why: rest.why }),
    })),
  };
}

/** When the life of a version ends, as the API shows it. */
export function endOfLifeView(
  { date, setAt, by, told, standing, notBrought }: EndOfLifeDate,
  policy: RetentionPolicy,
) {
  const isTold = told?.date === date;
  const endOfLife: EndOfLife = { at: date, setAt, ...(isTold && { noticedAt: told.at }) };
  return {
    date,
    setAt,
    by,
    noticedAt: isTold ? told.at : undefined,
    /** From then on nothing new may begin to use it; known once people were told. */
    usableUntil: overAt({ endOfLife }, policy),
    inAzure: notBrought ? 'not brought' : standing ? 'on its way' : 'the same',
    waitingFor: standing?.waitingFor,
    failure: notBrought,
  };
}

/** What people wrote of a version, and when its life ends. */
export function writtenView(version: Version, endOfLife: EndOfLifeDate | undefined, policy: RetentionPolicy) {
  const { by, at } = version.noted ?? version.requested;
  return {
    ...named(version),
    ...writtenOf(version),
    written: { by, at },
    endOfLife: endOfLife && endOfLifeView(endOfLife, policy),
  };
}
