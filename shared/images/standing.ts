import { AppError, type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Gallery } from './gallery.ts';
import {
  canBeCanceled,
  canBeRetried,
  type Version,
  type VersionCommand,
  type VersionEvent,
} from './image.ts';
import { ensureLatest } from './latest.ts';
import { imageVersion } from './names.ts';
import { versionId } from './stage.ts';
import { isVersionNumber } from './version-number.ts';

/** A version as the other rooms see it. */
export interface VersionStanding {
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  /** In the gallery, once captured. */
  readonly imageVersionId?: string;
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
  /** More than none from its first complete region on. */
  readonly regionsCompleted: number;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly notes: string;
  readonly waitingFor?: string;
  readonly failure?: Failure;
}

/** How a version stands, for rooms that wait for it or are about to use it. */
export function versionStanding(version: Version): VersionStanding {
  const { set, number, facts, requested, noted } = version;
  const { imageVersionId, regions = {} } = facts;
  const waitingFor =
    'standing' in version ? version.standing.waitingFor || version.standing.stage : undefined;
  const why = failureOf(version);
  return {
    versionId: versionId(version),
    set,
    number,
    ...(imageVersionId !== undefined && { imageVersionId }),
    status: statusOf(version),
    regionsCompleted: Object.values(regions).filter(({ state }) => state === 'completed').length,
    requestedBy: requested.by,
    requestedAt: requested.at,
    notes: noted?.notes ?? requested.notes,
    ...(waitingFor !== undefined && { waitingFor }),
    ...(why && { failure: why }),
  };
}

/** One that is being taken back is what it will have been: nobody begins anything with it. */
function statusOf(version: Version): VersionStanding['status'] {
  if (version.phase === 'withdrawing') return version.ending.as;
  return version.phase === 'running' || version.phase === 'held' ? 'building' : version.phase;
}

function failureOf(version: Version): Failure | undefined {
  if (version.phase === 'held' || version.phase === 'failed') return version.failure;
  return version.phase === 'withdrawing' && version.ending.as === 'failed'
    ? version.ending.failure
    : undefined;
}

/** V7: why nothing may begin to use it now, by hand or by itself; undefined where it may. */
export function refusalOf(version: Version): Failure | undefined {
  const { number } = version;
  const revoked = revocationOf(version);
  if (revoked) return failure('Revoked', `Version ${number} was revoked by ${revoked.by}: ${revoked.reason}`);
  const { status, regionsCompleted } = versionStanding(version);
  switch (status) {
    case 'building':
      if (isCopying(version) && regionsCompleted > 0) return undefined;
      return failure('VersionNotReady', `Version ${number} is still being built.`);
    case 'failed':
      // Only what can be retried is worth waiting for.
      return canBeRetried(version).length > 0 || version.phase !== 'failed'
        ? failure('VersionNotReady', `Version ${number} has failed: retry it, or choose another.`)
        : failure('VersionOver', `Version ${number} has failed.`);
    default:
      if (status === 'available' || status === 'promoted' || status === 'superseded') return undefined;
      return failure('VersionOver', `Version ${number} is ${status}.`);
  }
}

function revocationOf(version: Version) {
  if (version.phase === 'revoked') return version;
  return version.phase === 'deleting' && version.before.phase === 'revoked' ? version.before : undefined;
}

const isCopying = (version: Version) =>
  version.phase === 'running' && ['replicate', 'hand-over'].includes(version.standing.stage);

interface Parts {
  readonly versions: Engine<Version, VersionEvent, VersionCommand>;
  readonly gallery: Gallery;
  readonly now: () => Instant;
}

/** What the other rooms may ask of versions. */
export function versionPort({ versions, gallery, now }: Parts) {
  const find = async (set: string, number: string) =>
    isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;
  const get = async (set: string, number: string): Promise<Version> => {
    const version = await find(set, number);
    if (!version)
      throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
    return version;
  };
  return {
    async standing(set: string, number: string): Promise<VersionStanding | undefined> {
      const version = await find(set, number);
      return version && versionStanding(version);
    },

    /** Sees to it that Azure's `latest` includes or excludes it. What Azure says "not now" to is thrown, as everywhere. */
    async ensureInLatest(set: string, number: string, included: boolean) {
      const version = await get(set, number);
      const why = included ? refusalOf(version) : undefined;
      if (why) return { status: 'failed', failure: why } as const;
      return await ensureLatest(gallery, imageVersion(version), versionId(version), included);
    },

    /** The channel holds it from now on, or does so no more. Repeatable; movement numbers order them. */
    async held(what: {
      readonly set: string;
      readonly number: string;
      readonly channel: string;
      readonly movement: number;
      readonly isHeld: boolean;
      readonly isPromotion: boolean;
    }): Promise<void> {
      const { set, number, ...holding } = what;
      await versions.record(versionId(await get(set, number)), () => ({
        type: 'held',
        ...holding,
        at: now(),
      }));
    },

    /** The size of its operating system disk in the gallery, where Azure tells. */
    async imageSizeGb(set: string, number: string): Promise<number | undefined> {
      const version = await find(set, number);
      if (version?.facts.imageVersionId === undefined) return undefined;
      return (await gallery.findVersion(imageVersion(version)))?.sizeGb;
    },

    /** Whether anything may begin to use it now: undefined, or why not. */
    async refusal(set: string, number: string): Promise<Failure | undefined> {
      const version = await find(set, number);
      return version ? refusalOf(version) : failure('NotFound', `Image set ${set} has no version ${number}.`);
    },

    /** Ends a build that is under way; nothing where there is none. */
    async cancel(set: string, number: string, by: string, reason: string): Promise<void> {
      const version = await find(set, number);
      if (!version || !canBeCanceled(version)) return;
      await versions.record(versionId(version), () => ({ type: 'canceled', by, reason, at: now() }));
    },
  };
}
