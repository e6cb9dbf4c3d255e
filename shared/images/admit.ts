import { hasCode } from '../errors.ts';
import { secondsBetween } from '../instant.ts';
import { type BenchPlaces, type Claim, inTurn, isTaken } from './bench-places.ts';
import type { Capacity, SizeInRegion } from './capacity.ts';
import type { Version } from './image.ts';
import { paceSeconds } from './pace.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';

/** The places on the bench of a subscription. */
export interface Places {
  /** Asks for a place, or after the place that was asked for. */
  readonly ask: (subscriptionId: string, claim: Claim) => Promise<BenchPlaces>;
  readonly leave: (subscriptionId: string, version: string) => Promise<void>;
}

/** It has a place on the bench, its size can be had there, and the quota leaves room for it. */
export function ensureAdmitted(places: Places, capacity: Capacity): EnsureVersionStage {
  return async ({ work: version, since, now }) => {
    const { source } = version.facts;
    // No machine, no place.
    if (source?.way === 'import') return done();
    const { subscriptionId, bench } = version.plan;
    const standing = await places.ask(subscriptionId, claimOf(version));
    const wait = whatItWaitsFor(standing, version);
    const waited = secondsBetween(since, now);
    const pause = paceSeconds(waited);
    // In line it is asked once, so that a size that cannot be had is told at once, and again when its turn comes.
    if (wait !== undefined && waited > firstLookSeconds) return running(wait, pause);
    if (source?.way === 'in-place') return wait === undefined ? done() : running(wait, pause);
    const size = await capacity.find(subscriptionId, bench.location, bench.vmSize);
    const refusal = whyNot(version, size);
    if (refusal !== undefined) return failed('SkuUnavailable', refusal);
    const missing = wait ?? quotaMissing(size);
    return missing === undefined ? done() : running(missing, pause);
  };
}

/** A look so soon after the stage began is its first. */
const firstLookSeconds = 60;

/** A stage that ends with an empty bench, and so with the place given to the next. */
export function leavingBench(places: Places, stage: EnsureVersionStage): EnsureVersionStage {
  return async (look) => {
    const found = await stage(look);
    if (found.status === 'done') await places.leave(look.work.plan.subscriptionId, claimant(look.work));
    return found;
  };
}

/** A stage that begins where the bench was given up: the place is free whatever becomes of what is left on it. */
export function leftBench(places: Places, stage: EnsureVersionStage): EnsureVersionStage {
  return async (look) => {
    await places.leave(look.work.plan.subscriptionId, claimant(look.work));
    return await stage(look);
  };
}

/** Somebody else may have taken the cores in between: a stage that finds the quota spent waits for it. */
export function waitingForQuota(stage: EnsureVersionStage): EnsureVersionStage {
  return async (look) => {
    try {
      return await stage(look);
    } catch (error) {
      if (!hasCode(error, 'QuotaExceeded')) throw error;
      return running(`quota: ${error.message}`, 300);
    }
  };
}

/** Each attempt asks anew: the one before has left. */
function claimant(version: Version): string {
  return `${versionId(version)}#${version.facts.attempt ?? 1}`;
}

function claimOf(version: Version): Claim {
  const { set, plan, requested, facts } = version;
  const { at, priority } = requested;
  const { source } = facts;
  const lent = source?.way === 'in-place' && 'id' in source.exact ? { lent: source.exact.id } : {};
  return { version: claimant(version), set, priority, mostOfSet: plan.bench.maxBuilds, ...lent, at };
}

function whatItWaitsFor({ held, waiting, most }: BenchPlaces, version: Version): string | undefined {
  const me = claimant(version);
  if (held.some((claim) => claim.version === me)) return undefined;
  const { set, plan } = version;
  const mine = held.filter((claim) => claim.set === set);
  if (mine.length >= plan.bench.maxBuilds) {
    return `a place on the bench: ${mine.length} of ${plan.bench.maxBuilds} of ${set} taken by ${names(mine)}`;
  }
  const ahead = inTurn(waiting).findIndex((claim) => claim.version === me);
  const claim = claimOf(version);
  if (isTaken(held, claim)) return `${claim.lent?.split('/').at(-1)}, on which another version is built`;
  const queue = ahead > 0 ? `; ${ahead} ahead of it` : '';
  return `a place on the bench: ${held.length} of ${most} taken by ${names(held)}${queue}`;
}

function names(claims: readonly Claim[]): string {
  const [first = 'nobody', second, ...more] = claims.map(({ version }) => version.replace(/#\d+$/, ''));
  const two = second === undefined ? first : `${first}, ${second}`;
  return more.length === 0 ? two : `${two} and ${more.length} more`;
}

/** What Azure would say of the size at the VM's creation, said before anything is created. */
function whyNot({ plan, facts }: Version, size: SizeInRegion): string | undefined {
  const { vmSize, location } = plan.bench;
  const { hyperVGeneration, architecture, securityType } = plan.definition;
  if (!size.known) return `${location} has no size ${vmSize}.`;
  if (size.restriction !== undefined) return `${vmSize} cannot be had in ${location}: ${size.restriction}.`;
  if (!size.generations.includes(hyperVGeneration)) {
    return `${vmSize} runs generation ${size.generations.join(' and ')}, not ${hyperVGeneration}.`;
  }
  if (size.architecture !== architecture) return `${vmSize} is ${size.architecture}, not ${architecture}.`;
  if (securityType === 'TrustedLaunch' && !size.trustedLaunch) return `${vmSize} has no Trusted Launch.`;
  const disks = facts.source?.dataDisks.length ?? 0;
  if (disks > size.maxDataDisks) return `${vmSize} takes ${size.maxDataDisks} data disks, not ${disks}.`;
  return undefined;
}

function quotaMissing({ vCPUs, quota }: SizeInRegion): string | undefined {
  const short = quota.find(({ used, limit }) => used + vCPUs > limit);
  return (
    short && `quota: ${short.name} has ${short.limit - short.used} of ${short.limit} left, ${vCPUs} needed`
  );
}
