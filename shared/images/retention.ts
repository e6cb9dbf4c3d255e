import { counted } from '../counted.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { RetentionPolicy } from './image-set.ts';
import { compareNumbers, type VersionNumber } from './version-number.ts';

/** What retention knows of one version. */
export interface Shelved {
  readonly number: VersionNumber;
  readonly status:
    | 'building'
    | 'failed'
    | 'canceled'
    | 'available'
    | 'promoted'
    | 'superseded'
    | 'deprecated'
    | 'revoked'
    | 'deleting'
    | 'deleted';
  /** Since when it has that status. */
  readonly since: Instant;
  /** When it came to be. */
  readonly madeAt: Instant;
  readonly isInGallery: boolean;
  readonly endOfLife?: EndOfLife;
}

export interface EndOfLife {
  readonly at: Instant;
  /** When the date was set: people can have no longer notice than there was time. */
  readonly setAt: Instant;
  /** When people were told of this very date. */
  readonly noticedAt?: Instant;
}

/** What retention knows of a use. */
export interface Hold {
  readonly message: string;
  readonly until?: Instant;
}

export type Action = 'keep' | 'notice' | 'deprecate' | 'delete' | 'blocked';

/** What happens to one version now, and why. */
export interface Planned {
  readonly number: VersionNumber;
  readonly status: Shelved['status'];
  readonly action: Action;
  readonly because: readonly string[];
  /** Done to it whether the set deletes by itself or not: a notice, or its end. */
  readonly isForEndOfLife: boolean;
  /** How long it stays so, where a date says so: the end of life, of its days, or of the last that holds it. */
  readonly until?: Instant;
}

type Verdict = Pick<Planned, 'action' | 'because' | 'until'> & Partial<Planned>;

const usable: ReadonlySet<Shelved['status']> = new Set(['available', 'promoted', 'superseded']);
const day = 24 * 60;

/**
 * What the policy makes of every version in the gallery, newest first. Nothing that anybody holds is deleted; a
 * usable version never is, for it is deprecated first and people see it; and the last `keepLast` that could be gone
 * back to stay. Carried out, the same plan at the same moment asks for nothing more.
 */
export function retentionPlan(
  versions: readonly Shelved[],
  holds: ReadonlyMap<VersionNumber, readonly Hold[]>,
  policy: RetentionPolicy,
  now: Instant,
): readonly Planned[] {
  const inGallery = versions
    .filter(({ status, isInGallery }) => isInGallery && status !== 'deleting' && status !== 'deleted')
    .toSorted((a, b) => compareNumbers(b.number, a.number));
  const isLiving = (one: Shelved) => usable.has(one.status) && !isOver(one, policy, now);
  const living = inGallery.filter(isLiving);
  const ended = inGallery.filter(
    (one) => one.status === 'deprecated' || (usable.has(one.status) && !isLiving(one)),
  );
  const last = new Set([...living, ...ended].slice(0, policy.keepLast));
  return inGallery.map((version) => {
    const given = { version, held: holds.get(version.number) ?? [], policy, now };
    return planned(version, verdict(given, living.indexOf(version), last.has(version)));
  });
}

function planned({ number, status }: Shelved, found: Verdict): Planned {
  return { number, status, isForEndOfLife: false, ...found };
}

interface Given {
  readonly version: Shelved;
  readonly held: readonly Hold[];
  readonly policy: RetentionPolicy;
  readonly now: Instant;
}

function verdict(given: Given, place: number, isAmongLast: boolean): Verdict {
  const { version, policy } = given;
  switch (version.status) {
    case 'available':
    case 'promoted':
    case 'superseded':
      return ofUsable(given, place);
    case 'deprecated':
      return ofUnwanted(given, policy.deleteDeprecatedAfterDays, isAmongLast);
    case 'revoked':
      return ofUnwanted(given, policy.deleteDeprecatedAfterDays, false);
    case 'failed':
    case 'canceled':
      return ofUnwanted(given, policy.keepDays, false);
    case 'building':
    case 'deleting':
    case 'deleted':
      return { action: 'keep', because: ['it is on its way'] };
  }
}

/** When consumers are blocked: at the end of life, but never without the notice that there was time for. */
export function overAt(
  { endOfLife }: Pick<Shelved, 'endOfLife'>,
  policy: RetentionPolicy,
): Instant | undefined {
  return endOfLife && over(endOfLife, policy);
}

function over(
  { at, setAt, noticedAt }: EndOfLife,
  { endOfLifeNoticeDays }: RetentionPolicy,
): Instant | undefined {
  if (noticedAt === undefined) return undefined;
  const minutesOfTime = Math.max(0, Date.parse(at) - Date.parse(setAt)) / 60_000;
  const noticed = minutesAfter(noticedAt, Math.min(endOfLifeNoticeDays * day, minutesOfTime));
  return noticed > at ? noticed : at;
}

function isOver(version: Shelved, policy: RetentionPolicy, now: Instant): boolean {
  const at = overAt(version, policy);
  return at !== undefined && at <= now;
}

function ofUsable(given: Given, place: number): Verdict {
  const { version, held, policy, now } = given;
  const { endOfLife } = version;
  if (endOfLife && isOver(version, policy, now)) {
    const passed = `its end of life was ${endOfLife.at}`;
    return {
      action: 'deprecate',
      because: [passed, ...held.map(({ message }) => `${message}: move it on`)],
      isForEndOfLife: true,
    };
  }
  const reasons = reasonsToKeep(given, place);
  if (reasons.length === 0) {
    const out = `it is older than ${counted(policy.keepDays, 'day')}, not among the last ${policy.keepLast}, and used by nobody`;
    return { action: 'deprecate', because: [out] };
  }
  if (endOfLife && endOfLife.noticedAt === undefined && isNear(endOfLife, policy, now)) {
    const until = over({ ...endOfLife, noticedAt: now }, policy);
    return {
      action: 'notice',
      because: [wordsOf(endOfLife, now), ...held.map(said)],
      isForEndOfLife: true,
      ...(until !== undefined && { until }),
    };
  }
  const comes =
    endOfLife && isNear(endOfLife, policy, now) ? [`${wordsOf(endOfLife, now)}; people were told`] : [];
  const until = untilOf(reasons);
  return {
    action: 'keep',
    because: [...reasons.map(({ message }) => message), ...comes],
    ...(until !== undefined && { until }),
  };
}

function reasonsToKeep({ version, held, policy, now }: Given, place: number): readonly Hold[] {
  const youngUntil = minutesAfter(version.madeAt, policy.keepDays * day);
  const rules: [boolean, Hold][] = [
    [place === 0, { message: 'it is the newest' }],
    [place < policy.keepLast, { message: `it is among the last ${policy.keepLast}` }],
    [
      now < youngUntil,
      { message: `it is younger than ${counted(policy.keepDays, 'day')}`, until: youngUntil },
    ],
  ];
  const ruled = rules.flatMap(([holds, reason]) => (holds ? [reason] : []));
  return [...held.map((hold) => ({ ...hold, message: said(hold) })), ...ruled];
}

/** What is not to be used any more goes after its days, when nobody holds it. */
function ofUnwanted({ version, held, now }: Given, days: number, isAmongLast: boolean): Verdict {
  const { status, since } = version;
  const dueAt = minutesAfter(since, days * day);
  const is = `it is ${status} since ${since}`;
  if (now < dueAt) {
    const goes = `${is} and goes after ${counted(days, 'day')}, when nobody uses it`;
    return { action: 'keep', because: [goes, ...held.map(said)], until: dueAt };
  }
  if (held.length > 0) {
    const until = untilOf(held);
    return { action: 'blocked', because: held.map(said), ...(until !== undefined && { until }) };
  }
  if (isAmongLast)
    return { action: 'keep', because: [`${is}, but there are not enough others to go back to`] };
  return { action: 'delete', because: [`${is}, longer than ${counted(days, 'day')}, and used by nobody`] };
}

function isNear({ at }: EndOfLife, { endOfLifeNoticeDays }: RetentionPolicy, now: Instant): boolean {
  return at <= minutesAfter(now, endOfLifeNoticeDays * day);
}

const wordsOf = ({ at }: EndOfLife, now: Instant) =>
  at > now ? `its end of life comes on ${at}` : `its end of life was ${at}, and nobody was told`;

const said = ({ message, until }: Hold) =>
  until === undefined || message.includes(until) ? message : `${message} (until ${until})`;

/** The end of the last of them; unknown where one of them has none. */
function untilOf(holds: readonly Hold[]): Instant | undefined {
  const ends = holds.map(({ until }) => until);
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return ends.reduce((latest, until) => (until !== undefined && until > (latest ?? '') ? until : latest));
}
