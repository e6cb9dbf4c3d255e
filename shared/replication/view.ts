import { rateOf } from './course.ts';
import { mostRepairs, type Region } from './region.ts';
import { isAtRest, type Replication } from './replication.ts';

/** The regions of a version as the API shows them. */
export function replicationView(replication: Replication) {
  const { regions, isChanging, lookAt, trouble, goneAt } = replication;
  return {
    value: Object.entries(regions).map(([name, region]) => regionView(name, region)),
    /** While Azure is at a change of the version it takes no other. */
    isChanging,
    ...(trouble && { trouble }),
    ...(goneAt !== undefined && { goneAt }),
    ...(!isAtRest(replication) && { nextLookAt: lookAt }),
  };
}

/** A region that somebody asked something of, as it stands then. */
export function changedRegionView({ name, region }: { name: string; region: Region | undefined }) {
  return region ? regionView(name, region) : { name, state: 'removed' };
}

function regionView(name: string, region: Region) {
  const { state, wanted, isSource, since, percent, repairs, shown, failure } = region;
  const course = 'course' in region ? region.course : [];
  const rate = rateOf(course);
  return {
    name,
    state,
    since,
    percent,
    ...(rate !== undefined && { percentPerMinute: Math.round(rate * 10) / 10 }),
    ...('course' in region && { lastProgressAt: course.at(-1)?.at ?? since }),
    ...('completedAt' in region && { completedAt: region.completedAt }),
    replicas: wanted.replicas,
    replicasInAzure: shown?.replicas ?? 0,
    storageType: shown?.storageType ?? wanted.storageType,
    required: wanted.required,
    isSource,
    repairs,
    mostRepairs,
    ...(failure && { failure }),
  };
}
