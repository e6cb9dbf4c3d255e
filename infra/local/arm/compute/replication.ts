import { ArmError } from '../core/arm-error.ts';
import type { Fault } from '../core/faults.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { RegionStatus, ReplicationStatus, VersionProperties } from './image-version.ts';

/** How one region's copy goes: its progress is a matter of time, its state changes at the end. */
interface Course {
  readonly startsAt: number;
  readonly endsAt: number;
  /** A stall stops here for a long time, then fails. */
  readonly stallsAt?: number;
}

interface Replicating {
  readonly version: Resource<VersionProperties>;
  readonly fault: Fault | undefined;
  /** The copy in the version's own region is there; the source is no longer needed. */
  readonly captured: () => void;
  readonly ended: (error?: ArmError) => void;
}

/** Azure advises to wait "up to six hours" before taking a replication for failed. */
const STALL_SECONDS = 6 * 3600;
const CAPTURE_SECONDS = { Full: [120, 300], Shallow: [20, 60] } as const;
const REPLICATION_SECONDS = { Full: [300, 900], Shallow: [60, 180] } as const;

const courses = new WeakMap<RegionStatus, Course>();

/**
 * Copies a version first into its own region, then side by side into all others, each at its own pace. A
 * region can be deployed to as soon as its own copy is complete; `ended` comes when the last one is over.
 */
export function replicate(world: World, { version, fault, captured, ended }: Replicating): void {
  const { timeline, random } = world;
  const { publishingProfile } = version.properties;
  const mode = publishingProfile.replicationMode ?? 'Full';
  const summary = regionsNow(version);
  version.properties.replicationStatus = aggregated(summary);
  const home = summary.find(({ region }) => regionName(region) === regionName(version.location ?? ''));
  const open = summary.filter(({ state }) => state !== 'Completed');

  const copy = (
    one: RegionStatus,
    startsAt: number,
    seconds: readonly [number, number],
    then: () => void,
  ): void => {
    const struck = strikes(fault, one) ? fault : undefined;
    const endsAt = startsAt + random.between(...seconds) * 1000;
    const stalls = struck?.fault === 'stall-replication';
    courses.set(one, stalls ? { startsAt, endsAt, stallsAt: (startsAt + endsAt) / 2 } : { startsAt, endsAt });
    const over = stalls ? startsAt + (struck.seconds ?? STALL_SECONDS) * 1000 : endsAt;
    timeline.at(over, () => {
      if (!isCurrent(version, one)) return; // deleted, or begun anew, in the meantime
      one.state = struck ? 'Failed' : 'Completed';
      one.details = struck ? (struck.message ?? 'Replication failed due to an internal error.') : '';
      one.progress = struck ? progressOf(one, over) : 100;
      then();
      version.properties.replicationStatus.aggregatedState = aggregated(summary).aggregatedState;
      if (summary.every(({ state }) => state === 'Completed' || state === 'Failed'))
        ended(failureOf(summary));
    });
  };

  const others = open.filter((one) => one !== home);
  const copyOthers = () => {
    captured();
    for (const one of others) copy(one, timeline.now(), REPLICATION_SECONDS[mode], () => {});
  };
  if (open.length === 0) timeline.after(random.between(10, 30) * 1000, () => ended());
  else if (home && home.state !== 'Completed') {
    copy(home, timeline.now(), CAPTURE_SECONDS[mode], () => {
      if (home.state === 'Completed') return copyOthers();
      for (const one of others) Object.assign(one, { state: 'Failed', details: 'The source region failed.' });
    });
  } else copyOthers();
}

/** The status as of now, with each region's progress. */
export function statusNow(world: World, { properties }: Resource<VersionProperties>): ReplicationStatus {
  const { aggregatedState, summary } = properties.replicationStatus;
  const now = world.timeline.now();
  const regions = summary.map((one) => {
    const progress = one.state === 'Replicating' ? progressOf(one, now) : one.progress;
    return { region: one.region, state: one.state, details: one.details, progress };
  });
  return { aggregatedState, summary: regions };
}

/** Whether machines can be made from the version in this region. */
export function isReplicatedTo({ properties }: Resource<VersionProperties>, region: string): boolean {
  return properties.replicationStatus.summary.some(
    (one) => regionName(one.region) === regionName(region) && one.state === 'Completed',
  );
}

/** One entry per target region: what is complete stays, all else begins anew, what is no target goes. */
function regionsNow({ properties }: Resource<VersionProperties>): RegionStatus[] {
  const before = properties.replicationStatus.summary;
  return properties.publishingProfile.targetRegions.map(({ name }) => {
    const there = before.find(({ region }) => regionName(region) === regionName(name));
    if (there?.state === 'Completed') return there;
    return { region: name, state: 'Replicating', details: '', progress: 0 };
  });
}

function aggregated(summary: RegionStatus[]): ReplicationStatus {
  const has = (state: RegionStatus['state']) => summary.some((one) => one.state === state);
  if (has('Replicating')) return { aggregatedState: 'InProgress', summary };
  return { aggregatedState: has('Failed') ? 'Failed' : 'Completed', summary };
}

function isCurrent({ properties }: Resource<VersionProperties>, one: RegionStatus): boolean {
  return properties.replicationStatus.summary.includes(one);
}

function progressOf(one: RegionStatus, now: number): number {
  const course = courses.get(one);
  if (!course) return 0; // waits for the version's own region
  const { startsAt, endsAt, stallsAt = Number.POSITIVE_INFINITY } = course;
  const share = (Math.min(now, stallsAt) - startsAt) / (endsAt - startsAt);
  return Math.max(0, Math.min(99, Math.floor(share * 100)));
}

/** A fault may name the region it means; without one it hits every region that is copied to. */
function strikes(fault: Fault | undefined, { region }: RegionStatus): boolean {
  if (fault?.fault !== 'stall-replication' && fault?.fault !== 'fail-replication') return false;
  return fault.region === undefined || regionName(fault.region) === regionName(region);
}

function failureOf(summary: readonly RegionStatus[]): ArmError | undefined {
  const failed = summary.filter(({ state }) => state === 'Failed').map(({ region }) => region);
  if (failed.length === 0) return undefined;
  return new ArmError(
    409,
    'ReplicationJobFailed',
    `Replication failed in region(s) '${failed.join(', ')}'.`,
    {
      details: failed.map((region) => ({
        code: 'ReplicationJobFailed',
        target: region,
        message: 'Replication failed.',
      })),
    },
  );
}
