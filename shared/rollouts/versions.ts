import { AppError, type Failure, failure } from '../errors.ts';
import { versionsOf } from './own-versions.ts';
import type { PoolLink } from './pool.ts';
import type { EnsureRolloutStage } from './stage.ts';

/** Whether anything may begin to use a version now: undefined, or why not. Handed in from the images. */
export type Refusal = (set: string, number: string) => Promise<Failure | undefined>;

/**
 * A stage that ends the rollout once nobody may use its version any more, or one that some hosts go back to. Asked at
 * every look: a version may be revoked at any time, and a rollout that was paused goes on.
 */
export function unlessRefused(refusal: Refusal, ensure: EnsureRolloutStage): EnsureRolloutStage {
  return async (look) => {
    for (const { number } of versionsOf(look.work)) {
      const failure = await refusal(look.work.link.imageSet, number);
      if (failure) return { status: 'failed', failure };
    }
    return await ensure(look);
  };
}

/** The image version to use at a hosting place: of the copy there, once it is complete. Handed in. */
export type ImageVersionAt = (
  set: string,
  number: string,
  place: string,
) => Promise<
  { readonly imageVersionId: string } | { readonly waitingFor: string } | { readonly failure: Failure }
>;

/** The image version that the pool's machines are made of: the version's own, or that of the copy at its place. */
export async function imageVersionFor(
  { imageSet, place }: PoolLink,
  { number, imageVersionId }: { readonly number: string; readonly imageVersionId: string },
  imageVersionAt: ImageVersionAt,
): ReturnType<ImageVersionAt> {
  return place === undefined ? { imageVersionId } : await imageVersionAt(imageSet, number, place);
}

/** Why the version is not where the pool's machines look for it. */
export function whyNotThere(found: Awaited<ReturnType<ImageVersionAt>>): Failure | undefined {
  if ('imageVersionId' in found) return undefined;
  if ('failure' in found) return found.failure;
  return failure('VersionNotReady', `It waits for ${found.waitingFor}.`);
}

/** The same for people, who are not kept waiting. */
export function readyOrRefused(found: Awaited<ReturnType<ImageVersionAt>>): string {
  if ('imageVersionId' in found) return found.imageVersionId;
  const why = whyNotThere(found);
  throw new AppError(why?.code ?? 'VersionNotReady', why?.message ?? '', { target: 'version' });
}
