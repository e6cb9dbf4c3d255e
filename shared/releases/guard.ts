import { type Ending, type Release, type Step, stepOf, type Way } from './course.ts';
import type { Instant } from '../instant.ts';
import type { ChannelStanding, Ports, VersionStanding } from './ports.ts';
import { isNewer, versionIdOf } from './stage.ts';

interface Seen {
  /** How it must end; undefined where it may go on. */
  readonly ending?: Ending | undefined;
  /** What is to be remembered of its channels, as they are now. */
  readonly way: Way;
}

/** What every look asks first: whether the version may still be used, and what its channels made of it. */
export function seeFirst({ versions, channels }: Pick<Ports, 'versions' | 'channels'>) {
  return async (release: Release): Promise<Seen> => {
    const { set, number } = release;
    const version = await versions.standing(set, number);
    const ending = version && afterVersion(version);
    if (ending || isBuilding(release)) return { ending, way: {} };
    const standings: Record<string, ChannelStanding> = {};
    for (const channel of release.channels) standings[channel] = await channels.standing(set, channel);
    return { ending: afterChannels(release, standings), way: newsOf(release, standings) };
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

type Standings = Readonly<Record<string, ChannelStanding>>;

/** What has become of it in its channels, in their order. */
export function afterChannels(release: Release, standings: Standings): Ending | undefined {
  if (!('index' in release)) return undefined;
  for (const [at, channel] of release.channels.entries()) {
    const standing = standings[channel];
    const holds = standing?.holds;
    if (!holds || holds.versionId === versionIdOf(release)) continue;
    const { movement } = stepOf(release.facts.way, channel);
    const { number } = holds;
    // A movement before ours is what the channel fell back to without ever having let it in.
    const hasLeft = movement !== undefined && holds.movement > movement;
    if (hasLeft && !isNewer(number, release.number)) {
      return { phase: 'rolled-back', wentBack: [channel], to: number };
    }
    if (isNewer(number, release.number) && !mayGoOn(release, at, standing)) {
      return { phase: 'superseded', newer: number, channel };
    }
  }
  return undefined;
}

type OnItsWay = Release & { readonly index: number };

/** A newer one is no hindrance where this has passed already: the gate, and the soak that the next asks for. */
function mayGoOn(release: OnItsWay, at: number, standing: ChannelStanding): boolean {
  if (at >= release.index) return false;
  if (at < release.index - 1) return true;
  const [before = '', next = ''] = release.channels.slice(at);
  return soakedIn(release, before, standing, next) !== undefined;
}

/** When it had soaked for `next` in the channel before, which has gone on to a newer one, and never back, since. */
export function soakedIn(
  release: Release,
  before: string,
  { holds }: ChannelStanding,
  next: string,
): Instant | undefined {
  if (!holds || !isNewer(holds.number, release.number)) return undefined;
  const step = stepOf(release.facts.way, before);
  // What an ended release has seen is no news: nobody has looked since.
  const isSeen = 'index' in release && step.isPassedOn === true;
  const isPassedOn = isSeen || follows(holds.movement, step);
  return isPassedOn ? stepOf(release.facts.way, next).soakedAt : undefined;
}

const follows = (movement: number, step: Step) => movement === (step.movement ?? Number.NaN) + 1;

/** While a newer one is seen right after it, it is known not to have been taken back between. */
function newsOf(release: Release, standings: Standings): Way {
  const way: Record<string, Step> = {};
  for (const [channel, { holds }] of Object.entries(standings)) {
    const step = stepOf(release.facts.way, channel);
    if (!holds || step.movement === undefined) continue;
    if (holds.versionId !== versionIdOf(release)) {
      const isNext = follows(holds.movement, step) && isNewer(holds.number, release.number);
      if (isNext && !step.isPassedOn) way[channel] = { isPassedOn: true };
    } else if (holds.movement > step.movement) {
      // It was gone back to: what comes now comes after that.
      way[channel] = { movement: holds.movement, isPassedOn: false };
    }
  }
  return way;
}
