import { type Instant, secondsAfter, secondsBetween } from '../instant.ts';
import { Engine, type EngineParts } from '../workflow/engine.ts';
import { lookAtStage, type Progress } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { ensureApproved } from './approve.ts';
import { ensureBuilt } from './build.ts';
import { ensureChecked } from './check.ts';
import {
  type AnyStage,
  type Facts,
  isPaused,
  type Pause,
  type Release,
  type ReleaseEvent,
  type Way,
} from './course.ts';
import { ensureEntered } from './enter.ts';
import { seeFirst } from './guard.ts';
import type { Ports } from './ports.ts';
import { releaseLife } from './release.ts';
import { ensureSettled } from './settle.ts';
import { ensureSoaked } from './soak.ts';
import { channelAt, type EnsureReleaseStage, ends, running, versionIdOf } from './stage.ts';
import { ensureWatched } from './watch.ts';

export type ReleaseEngine = Engine<Release, ReleaseEvent, StageCommand>;

interface Parts extends Pick<
  EngineParts<Release, ReleaseEvent, StageCommand>,
  'store' | 'wake' | 'now' | 'onNews' | 'feed'
> {
  readonly ports: Ports;
}

/** The engine calls this much early. */
const clockSeconds = 5;
const never = '9999';

/** What brings a version through its channels, stage by stage. */
export function releaseEngine({ ports, ...parts }: Parts): ReleaseEngine {
  const { now } = parts;
  const guarded = unlessOver(ports);
  const stages: Record<AnyStage, EnsureReleaseStage> = {
    build: guarded(ensureBuilt(ports.versions)),
    soak: guarded(ensureSoaked(ports.channels)),
    approve: guarded(ensureApproved(ports)),
    enter: guarded(ensureEntered(ports, now)),
    check: guarded(ensureChecked(ports.gates, now)),
    watch: guarded(ensureWatched(ports, now)),
    settle: ensureSettled(ports, now),
  };
  const look = lookAtStage<AnyStage, Release, Facts>({ stages, now });
  return new Engine({
    ...parts,
    workflow: releaseLife,
    perform: async (id, command, release) => {
      if (!('standing' in release)) throw new Error(`${id} is ${release.phase} and calls for nothing`);
      const at = now();
      if (isPaused(release) && (release.pause.until ?? never) <= secondsAfter(at, clockSeconds)) {
        const said = { by: 'the end of the pause', reason: release.pause.reason, at };
        return { event: { type: 'resumed', ...said } };
      }
      return await look(id, command, release, release.standing);
    },
  });
}

/** Every look first asks whether the version may still be used, and whether its channels still hold it. */
function unlessOver(ports: Ports) {
  const see = seeFirst(ports);
  return (stage: EnsureReleaseStage): EnsureReleaseStage =>
    async (look): Promise<Progress<Facts>> => {
      const release = look.work;
      const { ending, way } = await see(release);
      if (ending) return ends(ending);
      if (isPaused(release)) return withSeen(await held(ports, release, release.pause, look.now), way);
      if (!release.facts.isHeld) return withSeen(await stage(look), way);
      await letGo(ports, release);
      const progress = await stage(look);
      return withSeen({ ...progress, facts: { ...progress.facts, isHeld: false } }, way);
    };
}

/** What the stage itself has found of a channel is newer. */
function withSeen(progress: Progress<Facts>, seen: Way): Progress<Facts> {
  const { facts } = progress;
  const way = { ...seen };
  for (const [channel, step] of Object.entries(facts?.way ?? {})) way[channel] = { ...way[channel], ...step };
  return Object.keys(way).length === 0 ? progress : { ...progress, facts: { ...facts, way } };
}

/** While it is paused: what of its movement has begun meanwhile is paused too, with every look. */
async function held(
  { channels, rollouts }: Ports,
  release: Release,
  { by, reason, at, until }: Pause,
  now: Instant,
) {
  const channel = channelAt(release);
  const end = until === undefined ? 'somebody to resume it' : until;
  const waits = `${end}: paused by ${by}: ${reason}`;
  const { holds, phase } = await channels.standing(release.set, channel);
  if (holds?.versionId !== versionIdOf(release) || phase === 'settled') {
    return running(waits, secondsBetween(at, now) < 1200 ? 60 : 600);
  }
  await rollouts.pauseRollouts(`${release.set}.${channel}.${holds.movement}`, by, reason);
  // What was just beginning when it was paused has begun by then.
  return running(waits, secondsBetween(at, now) < 1200 ? 60 : 600);
}

async function letGo({ channels, rollouts }: Ports, release: Release): Promise<void> {
  const channel = channelAt(release);
  const { holds } = await channels.standing(release.set, channel);
  if (holds?.versionId !== versionIdOf(release)) return;
  const by = release.facts.said.findLast(({ what }) => what === 'resumed')?.by ?? release.requested.by;
  await rollouts.resumeRollouts(`${release.set}.${channel}.${holds.movement}`, by);
}
