import type { Instant } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import { type EnsureStage, lookAtStage } from '../workflow/look.ts';
import type { AnyStage, Version, VersionCommand, VersionEvent } from './image.ts';
import type { Facts } from './version.ts';

export type VersionStages = Record<AnyStage, EnsureStage<Version, Facts>>;

/** Carries out what a version's life calls for. */
export function performVersion(stages: VersionStages, now: () => Instant) {
  const look = lookAtStage<AnyStage, Version, Facts>({ stages, now });
  return async (id: string, command: VersionCommand, version: Version): Promise<Outcome<VersionEvent>> => {
    if ('standing' in version && command.type !== 'expire') {
      return await look(id, command, version, version.standing);
    }
    if (version.phase === 'held') {
      const { look: answered, stage, failure } = version;
      return { event: { type: 'expired', look: answered, stage, failure, at: now() } };
    }
    throw new Error(`${id} is ${version.phase} and calls for nothing, yet was told to ${command.type}`);
  };
}
