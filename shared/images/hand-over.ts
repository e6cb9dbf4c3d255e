import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import { isAtRest, isEndless } from './latest.ts';
import { imageVersion } from './names.ts';
import { done, type EnsureVersionStage } from './stage.ts';

/** Begins the release of a version, or finds the one that it has. */
export type StartRelease = (wanted: {
  readonly set: string;
  readonly number: string;
  readonly channels: readonly string[];
  readonly by: string;
  readonly reason: string;
  readonly upTo?: string;
}) => Promise<void>;

/** The release that was asked for with the version; undefined where none was. */
export function releaseOf({
  set,
  number,
  plan,
  requested,
}: Version): Parameters<StartRelease>[0] | undefined {
  const { by, release, notes } = requested;
  if (!release) return undefined;
  const reason = notes === '' ? 'asked for with the version' : notes.slice(0, 1000);
  return { set, number, channels: plan.channels, by, reason, ...release };
}

/** Its release begins with the first look, so that whoever asked for the version need not wait for it. */
export function beginningRelease(startRelease: StartRelease, ensure: EnsureVersionStage): EnsureVersionStage {
  return async (look) => {
    const wanted = releaseOf(look.work);
    if (wanted) await startRelease(wanted);
    return await ensure(look);
  };
}

/**
 * The version is whole, and its release is there: begun with its first look, unless the version was retried from later.
 * From here on Azure, too, keeps others from deleting it before its end of life.
 */
export function ensureHandedOver(gallery: Gallery, startRelease: StartRelease): EnsureVersionStage {
  return async ({ work: version }) => {
    const wanted = releaseOf(version);
    if (wanted) await startRelease(wanted);
    if (version.plan.endOfLifeDays !== undefined) {
      const found = await gallery.findVersion(imageVersion(version));
      // While regions that it can do without are copied Azure takes no change: then it comes with the promotion.
      if (found && isAtRest(found) && isEndless(found)) {
        await gallery.changeVersion(imageVersion(version), { isProtected: true });
      }
    }
    return done();
  };
}
