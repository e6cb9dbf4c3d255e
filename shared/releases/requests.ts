import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import { type Asked, type AskedByTime, type Page, pageOf } from '../workflow/page.ts';
import type { Kept, Line, WorkflowStore } from '../workflow/store.ts';
import {
  type Blocked,
  canBeOverridden,
  canBePaused,
  canBeResumed,
  canBeRolledBack,
  canBeStopped,
  isOver,
  isPaused,
  type Override,
  type Release,
  type ReleaseEvent,
} from './course.ts';
import { explained, stageOf } from './explain.ts';
import type { Ports, Validated, VersionStanding } from './ports.ts';
import type { ReleaseEngine } from './release-engine.ts';
import type { OverrideChecks, PauseRelease, PutRelease, ResumeRelease, Say } from './request-bodies.ts';
import { channelAt, versionIdOf } from './stage.ts';
import { wrongOf } from './verdict.ts';

interface Filter {
  readonly set?: string | undefined;
  readonly status?: Release['phase'] | undefined;
}

interface Parts {
  readonly releases: ReleaseEngine;
  readonly releaseStore: WorkflowStore<Release, ReleaseEvent>;
  readonly ports: Pick<Ports, 'channels' | 'gates' | 'versions'>;
  /** The channels of a set in their order; undefined if there is no such set. */
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  readonly start: (asked: {
    readonly set: string;
    readonly number: string;
    readonly channels: readonly string[];
    readonly by: string;
    readonly reason: string;
    readonly upTo?: string;
  }) => Promise<void>;
  /** Begins the release that a version was asked for with, where that has not begun yet. */
  readonly beginAskedFor: (id: string) => Promise<void>;
  readonly now: () => Instant;
}

const isComing = (status: VersionStanding['status']) => status === 'building' || status === 'failed';

/** So long an override may count: it is no other way to change a gate. */
const mostDays = 90;
const somebody = (by: string | undefined) => by ?? 'function key';

/** What people may ask of releases. A refusal is an `AppError`; the rest is the engine's work. */
export function releaseRequests(parts: Parts) {
  const { releases, releaseStore, ports, channelsOf, start, beginAskedFor, now } = parts;
  /** Whoever asked for a version need not know that its release begins a moment later. */
  const find = async (id: string): Promise<Release | undefined> => {
    const known = await releases.load(id);
    if (known) return known;
    await beginAskedFor(id);
    return await releases.load(id);
  };
  const get = async (id: string): Promise<Release> => {
    const release = await find(id);
    if (!release) throw new AppError('NotFound', `There is no release ${id}.`, { target: id });
    return release;
  };
  /** The channels that hold it, and what those of them say that have nothing to go back to. */
  const waysBack = async (release: Release) => {
    const [holding, stays]: [string[], string[]] = [[], []];
    for (const channel of release.channels) {
      const { holds } = await ports.channels.standing(release.set, channel);
      if (holds?.versionId !== versionIdOf(release)) continue;
      holding.push(channel);
      const why = await ports.channels.noWayBack(release.set, channel);
      if (why) stays.push(why.message);
    }
    return { holding, stays };
  };
  /** One of the things that people say of a release, where it can be said. */
  const say =
    (type: 'resumed' | 'stopped', isPossible: (release: Release) => boolean, what: string) =>
    async (id: string, { by, reason }: { by?: string | undefined; reason: string }): Promise<Release> => {
      await get(id);
      const { state } = await releases.record(id, (release) => {
        if (release && !isPossible(release)) throw noLonger(release, what);
        return { type, by: somebody(by), reason, at: now() };
      });
      return state;
    };

  return {
    /** Releases a version that was built without; one that has a release keeps it as it is. */
    async put(id: string, { by, reason, upTo }: z.infer<typeof PutRelease>) {
      const known = await find(id);
      if (known) return { release: known, created: false };
      const at = id.indexOf('.');
      const [set, number] = [id.slice(0, at), id.slice(at + 1)];
      const version = await ports.versions.standing(set, number);
      if (!version) throw new AppError('NotFound', `There is no version ${id}.`, { target: id });
      // What is still being built it waits for, and what failed can be retried.
      const why = isComing(version.status) ? undefined : await ports.versions.refusal(set, number);
      if (why) throw new AppError(why.code, why.message, { target: id });
      const channels = (await channelsOf(set)) ?? [];
      const more = upTo === undefined ? {} : { upTo };
      await start({ set, number, channels, by: somebody(by), reason, ...more });
      return { release: await get(id), created: true };
    },

    async list({ set, status }: Filter = {}, asked: AskedByTime = {}): Promise<Page<Release>> {
      const where =
        status === undefined ? undefined : ({ saved }: Kept<Release>) => saved.state.phase === status;
      return pageOf(
        await releaseStore.page({ ...asked, list: set ?? '', where }),
        ({ saved }) => saved.state,
      );
    },

    get,

    async history(id: string, asked: Asked = {}): Promise<Page<Line<ReleaseEvent>>> {
      await get(id);
      return await releaseStore.lines(id, asked);
    },

    async explain(id: string) {
      const release = await get(id);
      const { holding, stays } = await waysBack(release);
      return explained(release, { canGoBack: stays.length < holding.length });
    },

    /** Once this has answered nothing new begins; its rollouts that are under way are paused with its next look. */
    async pause(id: string, { by, reason, until }: z.infer<typeof PauseRelease>): Promise<Release> {
      await get(id);
      if (until !== undefined && until <= now())
        throw new AppError('ValidationFailed', 'A pause ends in the future.', { target: 'until' });
      const { state } = await releases.record(id, (release) => {
        if (release && !canBePaused(release)) throw noLonger(release, 'paused');
        const end = until === undefined ? {} : { until };
        return { type: 'paused', by: somebody(by), reason, at: now(), ...end };
      });
      return state;
    },
    /** Goes on after a pause; tries again what it is blocked at. */
    resume: say('resumed', canBeResumed, 'resumed') satisfies Ask<typeof ResumeRelease>,
    stop: say('stopped', canBeStopped, 'stopped') satisfies Ask<typeof Say>,

    /** Stops it where it is, and takes every channel that holds its version back to what it had. */
    async rollback(id: string, { by, reason }: z.infer<typeof Say>): Promise<Release> {
      const asked = await get(id);
      const { set, phase } = asked;
      const { holding, stays } = await waysBack(asked);
      // One that is under way is at least stopped by it; one that has ended stays as it ended.
      if (isOver(asked) && holding.length > 0 && stays.length === holding.length) {
        throw new AppError('NoRollbackTarget', stays.join(' '), { target: id });
      }
      const at = now();
      const { state } = await releases.record(id, (release) => {
        if (release && !canBeRolledBack(release)) throw noLonger(release, 'rolled back');
        if (holding.length === 0) {
          const instead = phase === 'running' || phase === 'blocked' ? ': stop it instead' : '';
          const why = `No channel of ${set} holds version ${release?.number}, so that there is nothing to take back${instead}.`;
          throw new AppError('InvalidPhase', why, { target: id });
        }
        return { type: 'rollback-asked', by: somebody(by), reason, request: `${id}.rollback.${at}`, at };
      });
      return state;
    },

    /** Lets checks that failed through, by name, for a time: kept and shown for ever. */
    async override(id: string, body: z.infer<typeof OverrideChecks>): Promise<Release> {
      const { expiresAt, reason, by } = body;
      const release = await get(id);
      mayLast(expiresAt, now());
      const channel = blockedChannel(release, body.channel);
      // P2: nobody's word lets a revoked version through.
      const why = await ports.versions.refusal(release.set, release.number);
      if (why?.code === 'Revoked' || why?.code === 'VersionOver') {
        throw new AppError(why.code, why.message, { target: release.number });
      }
      const checks = [...new Set(body.checks)];
      mayBeLetThrough(checks, channel, await ports.gates.latest(id, channel));
      const override: Override = { checks, channel, by: somebody(by), reason, at: now(), expiresAt };
      const { state } = await releases.record(id, (current) => {
        if (blockedChannel(current ?? release, body.channel) !== channel)
          throw noLonger(release, 'overridden');
        return { type: 'overridden', override, at: override.at };
      });
      return state;
    },
  };
}

type Ask<Body extends z.ZodType> = (id: string, body: z.infer<Body>) => Promise<Release>;

function noLonger(release: Release, what: string): AppError {
  const id = versionIdOf(release);
  const where = 'index' in release ? ` at ${stageOf(release)} of ${channelAt(release)}` : '';
  const how = isPaused(release) ? 'paused' : release.phase;
  return new AppError('InvalidPhase', `Release ${id} is ${how}${where} and cannot be ${what}.`, {
    target: id,
  });
}

function mayLast(expiresAt: Instant, now: Instant): void {
  if (expiresAt > now && expiresAt <= minutesAfter(now, mostDays * 24 * 60)) return;
  const why = `An override ends in the future, at most ${mostDays} days from now.`;
  throw new AppError('ValidationFailed', why, { target: 'expiresAt' });
}

function blockedChannel(release: Release, asked: string | undefined): string {
  if (!canBeOverridden(release)) throw noLonger(release, 'overridden: no check keeps it from going on');
  const channel = channelOf(release);
  if (asked === undefined || asked === channel) return channel;
  const why = `What is in the way is the gate of ${channel}, not of ${asked}.`;
  throw new AppError('ValidationFailed', why, { target: 'channel' });
}

const channelOf = (release: Blocked) => channelAt(release);

function mayBeLetThrough(names: readonly string[], channel: string, validation: Validated | undefined): void {
  if (!validation || validation.status === 'running' || validation.status === 'canceled') {
    const how = validation ? `${validation.id} is ${validation.status}` : 'there is none';
    const why = `Only what a validation in ${channel} has found can be overridden, and ${how}: validate again.`;
    throw new AppError('InvalidPhase', why, { target: 'checks' });
  }
  const wrong = wrongOf(validation).map(({ name }) => name);
  const others = names.filter((name) => !wrong.includes(name));
  if (others.length === 0) return;
  const which = wrong.length > 0 ? `those in the way are ${wrong.join(', ')}` : 'none is in the way';
  const why = `Of validation ${validation.id}, ${others.join(', ')} cannot be overridden: ${which}.`;
  throw new AppError('ValidationFailed', why, { target: 'checks' });
}
