import { AppError, failure } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Engine, Outcome } from '../workflow/engine.ts';
import type { Change, RegionGallery } from './gallery.ts';
import { leastSeconds } from './pace.ts';
import {
  changeCalledFor,
  type Replication,
  type ReplicationCommand,
  type ReplicationEvent,
  replicationLife,
} from './replication.ts';

export type ReplicationEngine = Engine<Replication, ReplicationEvent, ReplicationCommand>;

/** Who of the hosts depends on a version in a region. Handed in: a capability knows only itself. */
export type UsedIn = (imageVersionId: string, region: string) => Promise<readonly string[]>;

interface Parts {
  readonly gallery: RegionGallery;
  readonly usedIn: UsedIn;
  readonly now: () => Instant;
}

/** The one who means to ask for a change lets go of it after this; nobody else is at it before five minutes. */
const mayProceedSeconds = 120;
/** A request that got no answer may still have its effect; until it has, nobody asks for another. */
const lateRequestsSeconds = 120;
const backOffSeconds = (troubles: number) => Math.min(leastSeconds * 2 ** troubles, 3600);

type Looked = Extract<ReplicationEvent, { type: 'looked' }>;

/** One look at all regions of a version: what Azure shows, and the one change that it calls for. */
export function performReplication(parts: Parts) {
  const { gallery, now } = parts;
  return async (
    _: string,
    __: ReplicationCommand,
    replication: Replication,
  ): Promise<Outcome<ReplicationEvent>> => {
    const { look, version } = replication;
    try {
      const found = await gallery.findRegions(version.ref);
      if (!found) return { event: { type: 'version-gone', look, at: now() } };
      const looked: Looked = { type: 'looked', look, at: now(), found };
      const told = found.isChanging ? looked : { ...looked, ...(await keptIn(parts, replication, looked)) };
      const after = replicationLife.evolve(replication, told);
      const news = after && newsOf(replication, after);
      const change = after && !found.isChanging ? changeCalledFor(after) : undefined;
      const event = { ...told, ...(news !== undefined && { news }), ...(change && { change }) };
      if (!change) return { event };
      return { event, proceed: async () => await proceeded(parts, replication, change, event.at) };
    } catch (error) {
      return { event: troubled(error, { look, at: now() }, replication.troubles, leastSeconds) };
    }
  };
}

/** What is about to be removed and is in use: asked at the last moment, whatever was found when it was wanted. */
async function keptIn({ usedIn }: Parts, replication: Replication, looked: Looked): Promise<Partial<Looked>> {
  const { imageVersionId } = replication.version;
  const kept: Record<string, readonly string[]> = {};
  for (const [name, { state }] of Object.entries(replication.regions)) {
    if (state !== 'removing' || !looked.found.regions[name]?.target) continue;
    const users = await usedIn(imageVersionId, name);
    if (users.length > 0) kept[name] = users;
  }
  return Object.keys(kept).length > 0 ? { kept } : {};
}

async function proceeded(
  { gallery, now }: Parts,
  { version, look, troubles }: Replication,
  change: Change,
  since: Instant,
): Promise<ReplicationEvent> {
  const answer = () => ({ look: look + 1, at: now() });
  try {
    if (now() > secondsAfter(since, mayProceedSeconds)) {
      throw new AppError('AzureUnavailable', 'the change was held up for too long');
    }
    await gallery.changeRegions(version.ref, change);
    return { type: 'changed', change, ...answer() };
  } catch (error) {
    if (error instanceof AppError && !error.retryable) {
      return { type: 'change-refused', change, failure: failure(error.code, error.message), ...answer() };
    }
    const isUnheard = error instanceof AppError && error.code === 'AzureUnavailable';
    return troubled(error, answer(), troubles, isUnheard ? lateRequestsSeconds : leastSeconds);
  }
}

function troubled(
  error: unknown,
  answer: { readonly look: number; readonly at: Instant },
  troubles: number,
  least: number,
): ReplicationEvent {
  if (!(error instanceof AppError)) throw error; // a defect: the queue retries, then sets it aside
  const wait = Math.max(least, error.retryAfterSeconds ?? 0, error.retryable ? 0 : 600);
  const pause = error.code === 'Throttled' ? wait : Math.max(wait, backOffSeconds(troubles));
  const lookAt = secondsAfter(answer.at, pause);
  return { type: 'troubled', ...answer, failure: failure(error.code, error.message), lookAt };
}

/** The regions whose state is another than before, in words. */
function newsOf(before: Replication, after: Replication): string | undefined {
  const names = new Set([...Object.keys(before.regions), ...Object.keys(after.regions)]);
  const news = [...names].flatMap((name) => {
    const [was, is] = [before.regions[name]?.state, after.regions[name]?.state];
    return was === is ? [] : [`${name} ${is ?? 'removed'}`];
  });
  return news.length > 0 ? news.join(', ') : undefined;
}
