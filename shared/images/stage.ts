import { answersOf, type EnsureStage } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { Facts } from './version.ts';

/** One stage of a version: sees to it that its work is under way, and says how it stands. */
export type EnsureVersionStage = EnsureStage<Version, Facts>;

export const { running, done, failed } = answersOf<Facts>();

/** `win11-avd.1.4.0`: the id of a version, in its table, in messages and in the tags of what it makes. */
export function versionId({ set, number }: Pick<Version, 'set' | 'number'>): string {
  return `${set}.${number}`;
}
