import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { KeptBlueprint, Prior, Stage } from './course.ts';
import type { Check } from './health.ts';

/** What is known of a host so far; each stage adds its own. An empty text takes a moment back. */
export interface Facts {
  /** As the host was before anything was done to it, kept before anything is. */
  readonly prior?: Prior;
  readonly sessionHost?: string;
  readonly emptyingSince?: Instant;
  readonly quietSince?: Instant;
  /** How many sessions were on it when they were last listed, how many of them are to go, and when that was. */
  readonly counted?: { readonly sessions: number; readonly leaving?: number; readonly at: Instant };
  readonly told?: readonly Told[];
  /** Who was disconnected when sessions were last listed; kept only where such sessions are logged off early. */
  readonly disconnected?: readonly Disconnected[];
  readonly loggedOff?: readonly LoggedOff[];
  /** The rollout's word that it may be reimaged; it may come before the host is empty. */
  readonly goAt?: Instant;
  /** The last intention to reimage certainly came to nothing. */
  readonly refused?: boolean;
  /** Until then a request that nobody answered may yet reach Azure. */
  readonly mayLandUntil?: Instant;
  /** It has a new disk from the old image: nothing is as it was any more. */
  readonly replaced?: boolean;
  /** It was brought up to its scale set's model, which gave it no new disk. */
  readonly updated?: boolean;
  /** Reimages that Azure broke off, with the old disk in place. */
  readonly brokenOff?: number;
  /** Reimages that were intended and of which nothing was ever to be seen. */
  readonly neverBegan?: number;
  /** What it takes to make the machine anew, and when that was kept. */
  readonly blueprint?: KeptBlueprint;
  readonly keptAt?: Instant;
  /** The machine is gone for certain. */
  readonly removedAt?: Instant;
  /** Deletions of which nothing was ever to be seen, and machines that were made and are not as wanted. */
  readonly notRemoved?: number;
  readonly notCreated?: number;
  readonly notEquipped?: number;
  /** Why it did not get onto the version, so that it is made again from what it came from. */
  readonly restore?: { readonly stage: Stage; readonly failure: Failure };
  /** Since then it has its new disk, or is a new machine. */
  readonly reimagedAt?: Instant;
  readonly deregistered?: true;
  /** Since then its machine is off, so that no agent on it comes into the pool any more. */
  readonly silentSince?: Instant;
  readonly registrationFailures?: number;
  /** So many of them because the agent could not be downloaded. */
  readonly downloadFailures?: number;
  /** The last intention to register certainly came to nothing. */
  readonly registrationRefused?: boolean;
  readonly healthySince?: Instant;
  /** The broker gave its user another desktop while its record was out of the pool. */
  readonly givenMeanwhile?: { readonly user: string; readonly desktop: string };
  /** The first time it was found healthy, whatever came after: the next host need wait no longer. */
  readonly firstHealthyAt?: Instant;
  readonly checks?: readonly Check[];
}

export interface Told {
  readonly session: string;
  readonly user: string;
  readonly at: Instant;
  /** False if nobody knows whether the message arrived. It is not sent again: better untold than told twice. */
  readonly confirmed: boolean;
  readonly reminded?: readonly Reminded[];
}

/** By its step: the minutes before the end of the grace. Confirmed or not as the first message was. */
export type Reminded = Pick<Told, 'at' | 'confirmed'> & { readonly minutes: number };

export interface LoggedOff extends Omit<Told, 'confirmed' | 'reminded'> {
  /** He was logged off because nobody had used the session since then; no message was called for. */
  readonly disconnectedSince?: Instant;
}

/** Without a break since then, as far as lists of sessions showed; not before the host was drained. */
export interface Disconnected {
  readonly session: string;
  readonly since: Instant;
}
