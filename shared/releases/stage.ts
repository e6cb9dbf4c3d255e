import { answersOf, type EnsureStage, type Settled } from '../workflow/look.ts';
import { type Ending, type Facts, type Release, type Step, stepOf } from './course.ts';

/** One stage of a release: sees to it that its work is under way, and says how it stands. */
export type EnsureReleaseStage = EnsureStage<Release, Facts>;

export const { running, done, failed } = answersOf<Facts>();

/** The release ends like this, once what of it is open is ended. */
export function ends(ending: Ending): Settled<Facts> {
  return { status: 'done', facts: { ending } };
}

/** More known of one channel. */
export function known(channel: string, more: Step): Partial<Facts> {
  return { way: { [channel]: more } };
}

/** `win11-avd.1.4.0`: of the version, and of its release. */
export function versionIdOf({ set, number }: Pick<Release, 'set' | 'number'>): string {
  return `${set}.${number}`;
}

/** `win11-avd.1.4.0.production.1` */
export function approvalIdOf(release: Release, channel: string): string {
  return `${versionIdOf(release)}.${channel}.${stepOf(release.facts.way, channel).approvals ?? 1}`;
}

/** Whoever asks a channel with this finds the movement that the release asked for. */
export function requestOf(release: Release, channel: string): string {
  const { requests = 1 } = stepOf(release.facts.way, channel);
  return `release.${versionIdOf(release)}.${channel}.${requests}`;
}

/** The channel that the release is at. */
export function channelAt(release: Release): string {
  return ('index' in release ? release.channels[release.index] : undefined) ?? release.channels[0] ?? '';
}

/** By its three numbers, not by its letters. */
export function isNewer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((number) => number.split('.').map(Number));
  const index = (a ?? []).findIndex((part, at) => part !== b?.[at]);
  return index >= 0 && (a?.[index] ?? 0) > (b?.[index] ?? 0);
}

/** Whom the release acts for. */
export const actor = (release: Release) => `release ${versionIdOf(release)}`;
