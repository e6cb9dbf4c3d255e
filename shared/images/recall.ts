import { AppError, failure } from '../errors.ts';
import { secondsBetween } from '../instant.ts';
import type { Gallery } from './gallery.ts';
import type { Version } from './image.ts';
import { ensureLatest } from './latest.ts';
import { imageVersion } from './names.ts';
import { heldBy } from './shelf.ts';
import { done, type EnsureVersionStage, running, versionId } from './stage.ts';
import type { Facts, Recall } from './version.ts';

/** What a revocation needs of the other rooms: handed in by the app. */
export interface RecallPorts {
  readonly gallery: Gallery;
  /** The image versions elsewhere that were made from it. */
  readonly copiesOf: (set: string, number: string) => Promise<readonly { readonly imageVersionId: string }[]>;
  /** Aborts every rollout to these image versions, whoever started it. */
  readonly stopRolloutsTo: (
    imageVersionIds: readonly string[],
    by: string,
    reason: string,
  ) => Promise<{ readonly status: 'running' | 'done'; readonly rollouts: readonly string[] }>;
  /** Does nothing where the channel does not hold `from`; refuses with an AppError. */
  readonly rollBack: (asked: {
    readonly set: string;
    readonly channel: string;
    readonly from: string;
    readonly request: string;
    readonly by: string;
    readonly reason: string;
  }) => Promise<void>;
  /** What the release waits for has changed. */
  readonly nudgeRelease: (versionId: string) => Promise<void>;
}

type Revoked = Extract<Version, { phase: 'revoked' }>;

/** A look that began before it was revoked may still have a request on its way to Azure. */
const lateRequestsSeconds = 120;
const nothing: Recall = { stopped: [], rolledBack: [], noWayBack: [] };

/**
 * What was revoked is in nobody's `latest`, no rollout brings hosts onto it, and where it was asked for the channels
 * go back. Everything is asked for at once; then it waits for what takes time.
 */
export function ensureRecalled(ports: RecallPorts): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    if (version.phase !== 'revoked') throw new Error(`${versionId(version)} is not revoked`);
    const { set, number, by, reason } = version;
    const copies = await ports.copiesOf(set, number);
    const { imageVersionId } = version.facts;
    const ids = [
      ...(imageVersionId === undefined ? [] : [imageVersionId]),
      ...copies.map((copy) => copy.imageVersionId),
    ];
    const stopped = await ports.stopRolloutsTo(ids, by, `version ${number} was revoked: ${reason}`);
    const recall = await rolledBack(ports, version, stopped.rollouts);
    const facts: Partial<Facts> = { recall };
    await ports.nudgeRelease(versionId(version));
    const latest = await ensureLatest(ports.gallery, imageVersion(version), versionId(version), false);
    if (latest.status === 'failed') return { ...latest, facts };
    if (latest.status === 'running') return running(latest.waitingFor, latest.lookAgainInSeconds, { facts });
    if (stopped.status === 'running') return running('the rollouts to it to end', 30, { facts });
    const open = lateRequestsSeconds - secondsBetween(since, now);
    // Somebody who had not heard of it may have asked just now to include it, or begun to move hosts.
    if (open > 0) return running('what may still be on its way to Azure', open, { facts });
    return done(facts);
  };
}

/** Asks every channel; one that does not hold it does nothing, and of one that has no way back that is told. */
async function rolledBack(ports: RecallPorts, version: Revoked, stopped: readonly string[]): Promise<Recall> {
  const { set, number, plan, facts, by, reason } = version;
  const { recall = nothing } = facts;
  const known = { ...recall, stopped: [...new Set([...recall.stopped, ...stopped])] };
  if (!version.rollback) return known;
  const held = heldBy(version);
  const back = new Set(known.rolledBack);
  const noWayBack: { channel: string; failure: ReturnType<typeof failure> }[] = [];
  for (const channel of new Set([...plan.channels, ...held])) {
    try {
      const request = `${versionId(version)}.revoked`;
      await ports.rollBack({ set, channel, from: number, request, by, reason: `revoked: ${reason}` });
      if (held.includes(channel)) back.add(channel);
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      noWayBack.push({ channel, failure: failure(error.code, error.message) });
    }
  }
  return { ...known, rolledBack: [...back], noWayBack };
}
