import type { AppError } from '../errors.ts';
import { type BenchPorts, emptyBench } from './clean-up.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import type { Remains } from './leftover.ts';
import { imageVersion } from './names.ts';
import { versionId } from './stage.ts';

export interface RemainsPorts extends BenchPorts {
  readonly gallery: Pick<Gallery, 'findVersion' | 'removeVersion'>;
}

interface TakenAway {
  readonly left: readonly string[];
  readonly refusal?: AppError;
}

export function remainsOf(version: Version): Remains {
  const { set, facts, phase } = version;
  // Of a version that goes on the capture is wanted; only one that is taken back leaves it unfinished.
  const isUnfinished = phase === 'withdrawing' && facts.imageVersionId === undefined;
  return {
    owner: versionId(version),
    set,
    attempt: facts.attempt ?? 1,
    parts: facts.benchParts ?? [],
    ...(isUnfinished && { unfinished: imageVersion(version) }),
  };
}

/** Takes away what is left, as far as Azure lets it go at this moment; says what is still there. */
export async function takeAway(
  ports: RemainsPorts,
  { owner, parts, unfinished }: Remains,
): Promise<TakenAway> {
  if (unfinished) {
    const found = await ports.gallery.findVersion(unfinished);
    if (found?.owner === owner) {
      if (found.provisioningState !== 'Deleting') await ports.gallery.removeVersion(unfinished);
      // Its source stays until it is gone: Azure may still be reading it.
      return { left: [found.id, ...parts] };
    }
  }
  return await emptyBench(ports, owner, parts);
}
