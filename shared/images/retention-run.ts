import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { EndsOfLife } from './bring-end-of-life.ts';
import { inUse } from './delete.ts';
import type { EndOfLifeDate } from './end-of-life.ts';
import type { Version, VersionCommand, VersionEvent } from './image.ts';
import type { RetentionPolicy } from './image-set.ts';
import { type Hold, type Planned, retentionPlan } from './retention.ts';
import { shelved } from './shelved.ts';
import { canBeDeleted, heldBy } from './shelf.ts';
import { versionId } from './stage.ts';
import { askedOf } from './usage.ts';
import type { Use, UsedBy } from './use.ts';

/** That the life of a version ends: the same id for the same date, so that it is told once. */
export interface EndOfLifeNotice {
  readonly kind: 'end-of-life';
  readonly id: string;
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly endOfLifeDate: Instant;
  /** From then on nothing new may begin to use it. */
  readonly over: Instant;
  readonly usedBy: readonly string[];
}

export interface RetentionParts {
  readonly versions: Engine<Version, VersionEvent, VersionCommand>;
  readonly endsOfLife: EndsOfLife;
  /** Tells chat; the same id twice is one message. */
  readonly notify: (notice: EndOfLifeNotice) => Promise<void>;
  readonly now: () => Instant;
}

/** The versions of a set as they are at one moment, and what is made of each of them. */
interface Shelf {
  readonly versions: readonly Version[];

  readonly plan: readonly Planned[];
}

/** What became of one line of the plan. */
export interface Ran extends Planned {
  /** Undefined where nothing was to be done; `left` where it could not be done now. */
  readonly outcome?: 'done' | 'left';
  readonly why?: string;
}

/** The words by which a version that was deprecated for its end of life is known again. */
const ended = 'Retention: its end of life';

/** What the policy makes of the versions of a set now; uses and dates by the ids of the versions. */
export function shelfOf(
  versions: readonly Version[],
  held: ReadonlyMap<string, readonly Hold[]>,
  dates: ReadonlyMap<string, EndOfLifeDate>,
  { policy, now }: { readonly policy: RetentionPolicy; readonly now: Instant },
): Shelf {
  const seen = versions.map((version) => shelved(version, dates.get(versionId(version))));
  const holds = new Map(versions.map((version) => [version.number, held.get(versionId(version)) ?? []]));
  return { versions, plan: retentionPlan(seen, holds, policy, now) };
}

/** Carries out one line of the plan after the other. One that cannot be carried out keeps none of the others. */
export async function runRetention(
  parts: RetentionParts,
  { versions, plan }: Shelf,
  {
    by,
    usedBy,
    only,
  }: { readonly by: string; readonly usedBy: UsedBy; readonly only: (line: Planned) => boolean },
): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  for (const line of plan) {
    const version = versions.find(({ number }) => number === line.number);
    const toDo = version && only(line) ? deeds[line.action] : undefined;
    if (!version || !toDo) {
      ran.push(line);
      continue;
    }
    try {
      await toDo(parts, version, { line, by, usedBy });
      ran.push({ ...line, outcome: 'done' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ran.push({ ...line, outcome: 'left', why: error.message });
    }
  }
  return ran;
}

interface Asked {
  readonly line: Planned;
  readonly by: string;
  readonly usedBy: UsedBy;
}

type Deed = (parts: RetentionParts, version: Version, asked: Asked) => Promise<void>;

const deeds: Readonly<Record<Planned['action'], Deed | undefined>> = {
  keep: undefined,
  blocked: undefined,
  notice: giveNotice,
  deprecate,
  delete: askToDelete,
};

/** V6: chat first, for it drops what it was told already; then that it was told, which is what the end waits for. */
async function giveNotice(
  { endsOfLife, notify, now }: RetentionParts,
  version: Version,
  { line, usedBy }: Asked,
) {
  const id = versionId(version);
  const known = await endsOfLife.load(id);
  if (!known || known.told?.date === known.date) return;
  const { date } = known;
  const { set, number } = version;
  const uses = await usedBy(askedOf(version));
  await notify({
    kind: 'end-of-life',
    id: `${id}.end-of-life.${date}`,
    versionId: id,
    set,
    number,
    endOfLifeDate: date,
    over: line.until ?? date,
    usedBy: uses.map(({ message }) => message),
  });
  await endsOfLife.record(id, { type: 'end-of-life-noticed', date, at: now() });
}

/**
 * From now on nothing begins to use it. What no rule kept, and somebody began to use in the meantime, is put back:
 * that is asked after it was written, for whoever begins a use writes first and then asks.
 */
async function deprecate({ versions, now }: RetentionParts, version: Version, { line, by, usedBy }: Asked) {
  const id = versionId(version);
  const { isForEndOfLife } = line;
  if (!isForEndOfLife) refuseUsed(await usedBy(askedOf(version)));
  const at = now();
  const reason = `Retention: ${line.because.join('; ')}`;
  await versions.record(id, (current) => {
    const still = unchanged(version, current);
    if (!isForEndOfLife && heldBy(still).length > 0) throw changedMeanwhile(still);
    return { type: 'deprecated', by, reason, at };
  });
  if (isForEndOfLife) return;
  const late = await usedBy(askedOf(version));
  if (late.length === 0) return;
  await versions.record(id, (current) => {
    const isOurs = current?.phase === 'deprecated' && current.at === at && current.reason === reason;
    if (!isOurs) throw changedMeanwhile(current ?? version);
    return { type: 'restored', by, reason: inUse(late), at: now() };
  });
  refuseUsed(late);
}

/** V5: asked here, and by the version's own life again after it is written and right before Azure is asked. */
async function askToDelete({ versions, now }: RetentionParts, version: Version, { line, by, usedBy }: Asked) {
  refuseUsed(await usedBy(askedOf(version)));
  await versions.record(versionId(version), (current) => {
    const still = unchanged(version, current);
    if (!canBeDeleted(still)) throw changedMeanwhile(still);
    return { type: 'delete-asked', by, reason: `Retention: ${line.because.join('; ')}`, at: now() };
  });
}

/** Whether it was deprecated for its end of life; what was deprecated for anything else stays so. */
export const isEnded = (version: Version): boolean =>
  version.phase === 'deprecated' && version.reason.startsWith(ended);

/** An end of life that was moved away gives the version back. */
export async function restored(
  { versions, now }: RetentionParts,
  version: Version,
  by: string,
): Promise<Version> {
  const { state } = await versions.record(versionId(version), (current) => {
    if (!current || !isEnded(current)) throw changedMeanwhile(current ?? version);
    return { type: 'restored', by, reason: 'Its end of life was moved.', at: now() };
  });
  return state;
}

function refuseUsed(uses: readonly Use[]): void {
  if (uses.length > 0) throw new AppError('ReferencedVersionCannotBeDeleted', inUse(uses));
}

/** The version as it is when the fact is saved, which must be what it was when it was decided. */
function unchanged(version: Version, current: Version | undefined): Version {
  if (current?.phase === version.phase && atOf(current) === atOf(version)) return current;
  throw changedMeanwhile(current ?? version);
}

const atOf = (version: Version) => ('at' in version ? version.at : undefined);

function changedMeanwhile({ number, phase }: Version): AppError {
  return new AppError('InvalidPhase', `Version ${number} is ${phase} by now, or held.`, { target: number });
}
