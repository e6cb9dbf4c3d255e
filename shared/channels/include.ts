import type { Versions } from './ports.ts';
import { done, type EnsureChannelStage, running } from './stage.ts';

type Latest = Pick<Versions, 'ensureInLatest' | 'held' | 'refusal'>;
/** The numbers that are promoted: held by channels of the set where they are not only proven. */
export type PromotedIn = (set: string) => Promise<ReadonlySet<string>>;

/**
 * The version is no longer dark where it is promoted, and those that came and went know of it. What was taken
 * back is asked to be dark again and not waited for: Azure may be hours at another change of it, and the hosts
 * come first.
 */
export function ensureIncluded(versions: Latest, promotedIn: PromotedIn): EnsureChannelStage {
  return async (look) => {
    const { set, channel, holds, leaving } = look.work;
    const { number, movement, isPromotion } = holds;
    await versions.held({ set, number, channel, movement, isHeld: true, isPromotion });
    for (const left of leaving) {
      const { number, isPromotion } = left;
      await versions.held({ set, number, channel, movement, isHeld: false, isPromotion });
    }
    await darken(versions, promotedIn, look.work);
    if (!isPromotion) return done();
    const found = await versions.ensureInLatest(set, number, true);
    if (found.status === 'running') return running(found.waitingFor, found.lookAgainInSeconds);
    return found.status === 'failed' ? found : done();
  };
}

/** What was taken back is dark again, unless another channel holds it. */
export function ensureExcluded(versions: Latest, promotedIn: PromotedIn): EnsureChannelStage {
  return async ({ work }) => {
    const found = await darken(versions, promotedIn, work);
    if (found?.status === 'running') return running(found.waitingFor, found.lookAgainInSeconds);
    return found?.status === 'failed' ? found : done();
  };
}

type Work = Parameters<EnsureChannelStage>[0]['work'];

/** The first that is not as it is to be. */
async function darken(versions: Latest, promotedIn: PromotedIn, { set, leaving }: Work) {
  for (const { number, isPromotion, isTakenBack } of leaving) {
    if (!isPromotion || !isTakenBack) continue;
    const isHeld = (await promotedIn(set)).has(number);
    // A revoked version stays dark, whoever holds it still.
    if (isHeld && (await versions.refusal(set, number))) continue;
    const found = await versions.ensureInLatest(set, number, isHeld);
    if (found.status !== 'done') return found;
    // Another channel may have been moved to it meanwhile, and found it included still.
    if ((await promotedIn(set)).has(number) === isHeld) continue;
    const waitingFor = `version ${number} to be seen again`;
    return { status: 'running' as const, waitingFor, lookAgainInSeconds: 1 };
  }
  return undefined;
}
