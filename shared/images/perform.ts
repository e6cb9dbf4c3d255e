import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import { type EnsureStage, lookAtStage } from '../workflow/look.ts';
import type { AnyStage, Version, VersionCommand, VersionEvent } from './image.ts';
import type { Facts } from './version.ts';

export type VersionStages = Record<AnyStage, EnsureStage<Version, Facts>>;

/** Carries out what a version's life calls for. */
export function performVersion(stages: VersionStages, now: () => Instant) {
  const expired = ({ look }: { look: number }, stage: AnyStage, why: Failure): VersionEvent => ({
    type: 'expired',
    look,
    stage,
    failure: why,
    at: now(),
  });
  const look = lookAtStage<AnyStage, Version, Facts>({ stages, now });
  return async (id: string, command: VersionCommand, version: Version): Promise<Outcome<VersionEvent>> => {
    if ('standing' in version && command.type !== 'expire') {
      return await look(id, command, version, version.standing);
    }
    if (version.phase === 'held') return { event: expired(version, version.stage, version.failure) };
    if (version.phase === 'awaiting-approval') {
      const why = failure('ApprovalExpired', `Nobody approved it by ${version.expiresAt}.`);
      return { event: expired(version, 'validate', why) };
    }
    throw new Error(`${id} is ${version.phase} and calls for nothing, yet was told to ${command.type}`);
  };
}
