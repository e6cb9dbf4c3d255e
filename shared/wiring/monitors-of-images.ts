import { failure } from '../errors.ts';
import { stages, type Version, type VersionEvent } from '../images/image.ts';
import { failureIn, isDone, type Line, running, type Stand, type Watch } from '../operations/monitor.ts';
import type { Region } from '../replication/region.ts';
import type { Replication, ReplicationEvent } from '../replication/replication.ts';

const ofVersion = /^([^.]+)\.(\d+\.\d+\.\d+)$/;
export const versionPath = (id: string) =>
  `image-sets/${id.replace(ofVersion, (_, set: string, number: string) => `${set}/versions/${number}`)}`;
const versionWork = (id: string) => (ofVersion.test(id) ? { id } : undefined);

type VersionLines = readonly Line<VersionEvent>[];
type Told<Type extends VersionEvent['type']> = Extract<VersionEvent, { readonly type: Type }>;

function said<Type extends 'canceled' | 'revoked'>(lines: VersionLines, type: Type): Told<Type> | undefined {
  return lines.map(({ event }) => event).find((event): event is Told<Type> => event.type === type);
}

/** What follows after the bench is cleaned up, or beside it, does not make a build fail. */
const besides = new Set(['clean-up', 'quarantine', 'withdraw', 'recall', 'delete']);

/** From the request, or a retry, until the version is handed over; a capture that failed ends it, a retry is another. */
const build: Watch<Version, VersionEvent> = {
  work: versionWork,
  resource: versionPath,
  begins: ({ type }) => type === 'requested' || type === 'retried',
  stands({ state, lines, isFollowed }) {
    if (lines.some(({ event }) => isDone(event, 'hand-over'))) return { status: 'Succeeded' };
    const failed = failedBuild(lines);
    if (failed && (isFollowed || failed.stage === 'capture')) return { status: 'Failed', error: failed.why };
    if (state.phase === 'running' || state.phase === 'withdrawing')
      return running(state.standing, Object.keys(stages));
    if (failed) return { status: 'Failed', error: failed.why };
    const word = said(lines, 'canceled') ?? said(lines, 'revoked');
    return { status: 'Canceled', reason: word ? `${word.by}: ${word.reason}` : '' };
  },
};

function failedBuild(lines: VersionLines) {
  for (const { event } of lines) {
    const why = failureIn(event);
    if (why && 'stage' in event && !besides.has(event.stage)) return { stage: event.stage, why };
  }
  return undefined;
}

/** How what one stage does came out, by the first end of it after it was asked for. */
function byStage(lines: VersionLines, stage: 'recall' | 'delete'): Stand | undefined {
  for (const { event } of lines) {
    if (!('stage' in event) || event.stage !== stage) continue;
    const why = failureIn(event);
    if (why) return { status: 'Failed', error: why };
    if (isDone(event, stage)) return { status: 'Succeeded' };
  }
  return undefined;
}

const deletion: Watch<Version, VersionEvent> = {
  work: versionWork,
  resource: versionPath,
  begins: ({ type }) => type === 'delete-asked',
  stands: ({ state, lines }) =>
    byStage(lines, 'delete') ?? ('standing' in state ? running(state.standing) : { status: 'Running' }),
};

const revocation: Watch<Version, VersionEvent> = {
  work: versionWork,
  resource: versionPath,
  begins: ({ type }) => type === 'revoked',
  stands({ state, history, begunAt }) {
    // One that is said again while it is carried out is carried out with it.
    const ended = byStage(history.slice(begunAt), 'recall');
    if (ended) return ended;
    // Said of what was being deleted: nothing is left to be taken back.
    if (state.phase === 'deleted') return { status: 'Succeeded' };
    return 'standing' in state ? running(state.standing) : { status: 'Running' };
  },
};

const ofRegion = /^([^.]+\.\d+\.\d+\.\d+)\.([^.]+)$/;

/** What is wanted of one region of a version: until it is so, or another change of the region is asked for. */
const region: Watch<Replication, ReplicationEvent> = {
  work(id) {
    const [, version, part] = ofRegion.exec(id) ?? [];
    return version === undefined || part === undefined ? undefined : { id: version, part };
  },
  resource: (id) => `${versionPath(id.slice(0, id.lastIndexOf('.')))}/regions`,
  begins(event, part) {
    if (event.type === 'begun') return Object.hasOwn(event.regions, part);
    return 'name' in event && event.name === part;
  },
  stands({ state, lines, isFollowed, part }) {
    const isToGo = lines[0]?.event.type === 'region-unwanted';
    if (isFollowed) return wasRegion(lines, isToGo, part);
    const now = state.regions[part];
    if (state.goneAt !== undefined)
      return isToGo ? { status: 'Succeeded' } : { status: 'Canceled', reason: 'The version is gone.' };
    if (!now) return { status: 'Succeeded' };
    if (isToGo && now.state !== 'removing') {
      const why = failure('RegionInUse', `Region ${part} is in use, and stays.`);
      return { status: 'Failed', error: now.failure ?? why };
    }
    return standOf(now, state);
  },
};

function standOf(now: Region, { lookAt }: Replication): Stand {
  const { state, percent, since, shown, wanted } = now;
  if (state === 'completed' && shown?.replicas === wanted.replicas) return { status: 'Succeeded' };
  if ((state === 'abandoned' || state === 'blocking') && now.failure)
    return { status: 'Failed', error: now.failure };
  return { status: 'Running', since, nextLookAt: lookAt, waitingFor: state, percentComplete: percent };
}

/** As Azure last showed the region before somebody asked for something else. */
function wasRegion(lines: readonly Line<ReplicationEvent>[], isToGo: boolean, part: string): Stand {
  const seen = lines.flatMap(({ event }) => (event.type === 'looked' ? [event.found.regions[part]] : []));
  const isSo = seen.some((one) => (isToGo ? one === undefined : one?.state === 'completed'));
  if (isSo) return { status: 'Succeeded' };
  return { status: 'Canceled', reason: 'Something else was asked of the region.' };
}

/** What of versions takes long. */
export const monitorsOfVersions = { build, deletion, revocation };
export const monitorsOfRegions = { region };
