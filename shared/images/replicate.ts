import type { Failure } from '../errors.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import { targetRegions } from './capture.ts';
import type { ImageVersionRef } from './gallery.ts';
import type { ImageSetPlan, TargetRegion } from './image-set.ts';
import { imageVersion } from './names.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import type { RegionState } from './version.ts';

/** What a version needs of the life that each of its regions has: handed in by the app. */
export interface Copies {
  /** Sees to it that these regions are wanted, once for each time that the stage begins. */
  readonly want: (wanted: {
    readonly versionId: string;
    readonly version: {
      readonly ref: ImageVersionRef;
      readonly imageVersionId: string;
      readonly source: string;
      readonly isShallow: boolean;
    };
    readonly regions: ReturnType<typeof wantedOf>;
    readonly stageAt: Instant;
  }) => Promise<{
    /** Azure has no such version any more. */
    readonly isGone: boolean;
    readonly copies: readonly Copy[];
    /** When Azure is asked next; absent when nothing more will come by itself. */
    readonly nextLookAt?: Instant;
  }>;
}

interface Copy extends RegionState {
  readonly name: string;
  readonly required: boolean;
  readonly failure?: Failure;
}

const leastSeconds = 10;
const mostSeconds = 120;

/** Every region that the version cannot do without has its copy; the others go on by themselves. */
export function ensureReplicated(copies: Copies): EnsureVersionStage {
  return async ({ work: version, now, since }) => {
    const { plan, facts } = version;
    const { imageVersionId } = facts;
    if (imageVersionId === undefined) return failed('ReplicationFailed', 'The version was never captured.');
    const found = await copies.want({
      versionId: versionId(version),
      version: {
        ref: imageVersion(version),
        imageVersionId,
        source: plan.bench.location,
        isShallow: plan.replicationMode === 'Shallow',
      },
      regions: wantedOf(plan),
      stageAt: since,
    });
    if (found.isGone) return failed('ReplicationFailed', 'The image version is gone from the gallery.');
    const regions = Object.fromEntries(found.copies.map((copy) => [copy.name, stateOf(copy)]));
    const required = found.copies.filter((copy) => copy.required);
    const blocking = required.find(({ state }) => state === 'blocking');
    if (blocking) {
      const { code = 'ReplicationFailed', message = `${blocking.name} has no copy.` } =
        blocking.failure ?? {};
      return failed(code, message, { regions });
    }
    if (required.every(({ state }) => state === 'completed')) return done({ regions });
    const finished = found.copies.filter(
      ({ name, state }) => state === 'completed' && facts.regions?.[name]?.state !== 'completed',
    );
    const names = finished.map(({ name }) => name).join(', ');
    const news = finished.length > 0 ? `${names} completed` : undefined;
    const wait = secondsBetween(now, found.nextLookAt ?? now) + 1;
    const pause = Math.min(mostSeconds, Math.max(leastSeconds, wait));
    return running(waits(required), pause, { facts: { regions }, news });
  };
}

/** The regions of the plan; without its own no version is anything. */
function wantedOf(plan: ImageSetPlan): Readonly<Record<string, Required<Omit<TargetRegion, 'name'>>>> {
  const { location } = plan.bench;
  const wanted = targetRegions(plan).map(
    ({ name, required = true, ...rest }) =>
      [name, { ...rest, required: required || name === location }] as const,
  );
  return Object.fromEntries(wanted);
}

/** As the version shows it. */
function stateOf({ state, percent, completedAt, required }: Copy): RegionState {
  return {
    state,
    percent,
    ...(completedAt !== undefined && { completedAt }),
    ...(!required && { required }),
  };
}

function waits(required: readonly Copy[]): string {
  const open = required.filter(({ state }) => state !== 'completed');
  return open.map(({ name, state, percent }) => `${name} (${howFar(state, percent)})`).join(', ');
}

function howFar(state: RegionState['state'], percent: number): string {
  return state === 'replicating' ? `${percent} %` : state;
}
