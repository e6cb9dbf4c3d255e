import type { Gallery } from './gallery.ts';
import { imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running } from './stage.ts';

/** The version is no longer dark: whoever asks the gallery for `latest` gets it. */
export function ensurePromoted(gallery: Gallery): EnsureVersionStage {
  return async ({ work: version, now }) => {
    const ref = imageVersion(version);
    const found = await gallery.findVersion(ref);
    if (!found) return failed('ReplicationFailed', 'The image version is gone from the gallery.');
    // Azure takes no second change while one runs.
    if (['Creating', 'Updating'].includes(found.provisioningState)) {
      return running('Azure to finish a change of the version', 30);
    }
    if (!found.excludeFromLatest) return done({ promotedAt: now });
    await gallery.includeInLatest(ref);
    return running('Azure to include the version in latest', 15);
  };
}
