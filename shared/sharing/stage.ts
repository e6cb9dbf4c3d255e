import type { Failure } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import { answersOf, type EnsureStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import type { Copy, CopyEvent, CopyFacts } from './copy.ts';
import type { Grant, GrantEvent } from './grant.ts';
import type { Place, PlaceEvent } from './place.ts';

export type EnsureCopyStage = EnsureStage<Copy, CopyFacts>;
export type EnsurePlaceStage = EnsureStage<Place, object>;

export type Copies = Engine<Copy, CopyEvent, StageCommand>;
export type Places = Engine<Place, PlaceEvent, StageCommand>;
export type Grants = Engine<Grant, GrantEvent, never>;

export const { running, done, failed } = answersOf<CopyFacts>();
export const ofPlace = answersOf<object>();

/** How a version stands, as far as whoever copies it has to know. Handed in. */
export interface Versions {
  readonly standing: (set: string, number: string) => Promise<VersionStanding | undefined>;
}
export interface VersionStanding {
  readonly versionId: string;
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
}

/** The host pools at a place, and the image versions that their machines or models are made from. Handed in. */
export type PoolsAt = (set: string, place: string) => Promise<readonly PoolAtPlace[]>;
export interface PoolAtPlace {
  readonly name: string;
  readonly imageVersionIds: readonly string[];
}

/** What holds a version: one shape everywhere. */
export interface Use {
  readonly kind: 'host-pool' | 'copy';
  readonly name: string;
  readonly message: string;
}

export type Verdict =
  | { readonly status: 'running'; readonly waitingFor: string }
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly failure: Failure };

export const placeId = (set: string, name: string) => `${set}.${name}`;
export const copyId = (versionId: string, place: string) => `${versionId}.${place}`;

/**
 * Whoever meant to ask Azure for something lets go of it after two minutes, and a request may have its effect two
 * minutes after its sender gave up on it: until then nobody takes its absence for good.
 */
const settlesSeconds = 240;

export function isSettled(askedAt: Instant | undefined, now: Instant): boolean {
  return askedAt === undefined || now >= secondsAfter(askedAt, settlesSeconds);
}

/** Only these three are an end; any other state is one that Azure is at. */
export function isChanging({ provisioningState }: { readonly provisioningState: string }): boolean {
  return !['Succeeded', 'Failed', 'Canceled'].includes(provisioningState);
}

/** Two resource ids that Azure takes for one. */
export const isSameId = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
