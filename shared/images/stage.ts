import { failure, type ErrorCode } from '../errors.ts';
import type { EnsureStage, Settled } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { Facts } from './version.ts';

/** One stage of a version: sees to it that its work is under way, and says how it stands. */
export type EnsureVersionStage = EnsureStage<Version, Facts>;

export function running(waitingFor: string, lookAgainInSeconds: number, news?: string): Settled<Facts> {
  return { status: 'running', waitingFor, lookAgainInSeconds, ...(news !== undefined && { news }) };
}

export function done(facts: Partial<Facts> = {}): Settled<Facts> {
  return { status: 'done', facts };
}

export function failed(code: ErrorCode, message: string, facts: Partial<Facts> = {}): Settled<Facts> {
  return { status: 'failed', failure: failure(code, message), facts };
}

/** `win11-avd.1.4.0`: the id of a version, in its table, in messages and in the tags of what it makes. */
export function versionId({ set, number }: Pick<Version, 'set' | 'number'>): string {
  return `${set}.${number}`;
}
