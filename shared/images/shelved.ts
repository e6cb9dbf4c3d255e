import type { EndOfLifeDate } from './end-of-life.ts';
import type { Version } from './image.ts';
import type { Shelved } from './retention.ts';
import { versionStanding } from './standing.ts';

/** A version as retention sees it. */
export function shelved(version: Version, endOfLife: EndOfLifeDate | undefined): Shelved {
  const { number, facts } = version;
  return {
    number,
    status: versionStanding(version).status,
    since: sinceOf(version),
    madeAt: madeAt(version),
    isInGallery: facts.imageVersionId !== undefined,
    ...(endOfLife && { endOfLife: endOfLifeOf(endOfLife) }),
  };
}

/** When it was built; what never was counts from when it was asked for. */
export function madeAt({ facts, requested }: Version): string {
  return facts.benchGoneAt ?? requested.at;
}

function sinceOf(version: Version): string {
  if ('at' in version) return version.at;
  return 'since' in version ? version.since : version.standing.since;
}

function endOfLifeOf({ date: at, setAt, told }: EndOfLifeDate): NonNullable<Shelved['endOfLife']> {
  return { at, setAt, ...(told?.date === at && { noticedAt: told.at }) };
}
