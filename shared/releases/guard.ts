import { type Ending, type Release, stepOf } from './course.ts';
import type { ChannelStanding, Ports, VersionStanding } from './ports.ts';
import { isNewer, versionIdOf } from './stage.ts';

/** How the release must end, as its version and its channels are now; undefined where it may go on. */
export function endingFor({ versions, channels }: Pick<Ports, 'versions' | 'channels'>) {
  return async (release: Release): Promise<Ending | undefined> => {
    const { set, number } = release;
    const version = await versions.standing(set, number);
    const over = version && afterVersion(version);
    if (over || isBuilding(release)) return over;
    const standings: ChannelStanding[] = [];
    for (const channel of release.channels) standings.push(await channels.standing(set, channel));
    return afterChannels(release, standings);
  };
}

const isBuilding = (release: Release) => release.phase === 'running' && release.standing.stage === 'build';

const gone: ReadonlySet<VersionStanding['status']> = new Set(['deprecated', 'deleting', 'deleted']);

/** P2, V7: of what is revoked or on its way out nothing begins any more. */
function afterVersion({ status, number, failure }: VersionStanding): Ending | undefined {
  if (status === 'revoked') {
    return { phase: 'revoked', reason: failure?.message ?? `Version ${number} was revoked.` };
  }
  if (status === 'canceled') {
    return { phase: 'canceled', reason: `The build of version ${number} was canceled.` };
  }
  if (!gone.has(status)) return undefined;
  return { phase: 'stopped', by: 'the version', reason: `Version ${number} is ${status}.` };
}

/** What has become of it in its channels, in order; each stands where `release.channels` names it. */
export function afterChannels(release: Release, standings: readonly ChannelStanding[]): Ending | undefined {
  if (!('index' in release)) return undefined;
  for (const [at, channel] of release.channels.entries()) {
    const holds = standings[at]?.holds;
    if (!holds || holds.versionId === versionIdOf(release)) continue;
    const { movement } = stepOf(release.facts.way, channel);
    const { number } = holds;
    // A movement before ours is what the channel fell back to without ever having let it in.
    const hasLeft = movement !== undefined && holds.movement > movement;
    if (hasLeft && !isNewer(number, release.number)) {
      return { phase: 'rolled-back', channels: [channel], to: number };
    }
    if (isNewer(number, release.number) && !mayGoOn(release, at)) {
      return { phase: 'superseded', number, channel };
    }
  }
  return undefined;
}

/** A newer one is no hindrance where this has passed already: the gate, and the soak that the next asks for. */
function mayGoOn(release: Release & { readonly index: number }, at: number): boolean {
  if (at >= release.index) return false;
  if (at < release.index - 1) return true;
  const next = release.channels[release.index] ?? '';
  return stepOf(release.facts.way, next).soakedAt !== undefined;
}
