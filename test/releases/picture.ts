import { type Release, type ReleaseEvent, isPaused } from '../../shared/releases/course.ts';
import { releaseLife } from '../../shared/releases/release.ts';
import type { Drawn } from '../support/diagram.ts';
import { events, failedWith, started } from './releases.ts';

/** The life of a release, for the picture of it: every event that could come to each state. */
export const releasePicture: Drawn<Release, ReleaseEvent> = {
  life: releaseLife,
  begins: started,
  label,
  key: (release) => {
    const where = [label(release), 'index' in release && release.index, isOfStage(release)];
    return JSON.stringify([...where, 'ending' in release && release.ending.phase]);
  },
  events: (release) =>
    [...Object.values(events), failedWith('SoakNotOver'), failedWith('ApprovalExpired')].map((told) =>
      told(release),
    ),
};

function label(release: Release): string {
  if (release.phase === 'running') return isPaused(release) ? 'paused' : release.standing.stage;
  return release.phase;
}

function isOfStage(release: Release): string | undefined {
  if (release.phase === 'blocked') return release.stage;
  return 'standing' in release ? release.standing.stage : undefined;
}
