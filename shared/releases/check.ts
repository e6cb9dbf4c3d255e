import { secondsBetween } from '../instant.ts';
import { type Facts, type Release, stepOf } from './course.ts';
import type { Gates, Validated } from './ports.ts';
import { channelAt, done, type EnsureReleaseStage, failed, known, running, versionIdOf } from './stage.ts';
import { outcomeOf, verdictOf } from './verdict.ts';
import type { Instant } from '../instant.ts';
import type { Progress, Settled } from '../workflow/look.ts';

/** P1, P3: the channel's gate has let it through, or somebody's word has for what it did not. */
export function ensureChecked(gates: Gates, now: () => Instant): EnsureReleaseStage {
  return async ({ work: release }): Promise<Progress<Facts>> => {
    const channel = channelAt(release);
    const { run, asked } = stepOf(release.facts.way, channel);
    const latest = await gates.latest(versionIdOf(release), channel);
    if (run !== undefined && latest && runOf(latest) >= run) {
      // Somebody else may have had it validated since: the latest counts.
      if (asked === undefined || runOf(latest) > run) return judged(release, channel, latest, now());
      return judged(release, channel, await started(gates, release, channel, asked), now(), asked);
    }
    const next = run ?? nextRun(latest);
    return {
      status: 'intend',
      what: `validate ${release.number} in ${channel}`,
      before: latest?.id ?? '',
      facts: known(channel, { run: next, asked: undefined }),
      proceed: async () =>
        judged(release, channel, await started(gates, release, channel, next), now(), next),
    };
  };
}

/** One that is under way is as good as one of our own. */
function nextRun(latest: Validated | undefined): number {
  if (!latest) return 1;
  return latest.status === 'running' ? runOf(latest) : runOf(latest) + 1;
}

/** `<versionId>.<channel>.<run>` */
export function runOf({ id }: Pick<Validated, 'id'>): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}

async function started(gates: Gates, release: Release, channel: string, attempt: number): Promise<Validated> {
  const { set, number, facts, requested } = release;
  const { before } = stepOf(facts.way, channel);
  return await gates.ensureValidated({
    versionId: versionIdOf(release),
    set,
    number,
    imageVersionId: facts.imageVersionId ?? '',
    channel,
    attempt,
    by: requested.by,
    ...(before && { previous: before }),
  });
}

function judged(
  release: Release,
  channel: string,
  validation: Validated,
  now: Instant,
  asked?: number,
): Settled<Facts> {
  const step = { validation: outcomeOf(validation), run: runOf(validation), asked };
  if (validation.status === 'running') {
    const { nextLookAt, waitingFor } = validation;
    const wait = nextLookAt === undefined ? 60 : secondsBetween(now, nextLookAt) + 2;
    const waits = `validation ${validation.id}: ${waitingFor ?? 'its checks'}`;
    return running(waits, Math.min(300, Math.max(5, wait)), { facts: known(channel, step) });
  }
  const verdict = verdictOf(validation, channel, release.facts.overrides, now);
  if (verdict.isLetThrough) return done(known(channel, { ...step, passedAt: now }));
  return failed(verdict.failure.code, verdict.failure.message, known(channel, step));
}
