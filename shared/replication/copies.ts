import type { Instant } from '../instant.ts';
import type { ReplicationEngine } from './perform.ts';
import type { Region, Wanted } from './region.ts';
import { isAtRest, type ReplicationEvent, type VersionInGallery } from './replication.ts';

interface Asked {
  readonly versionId: string;
  readonly version: VersionInGallery;
  readonly regions: Readonly<Record<string, Wanted>>;
  /** When the stage that asks began. */
  readonly stageAt: Instant;
}

/** What a version asks of its regions: that they are wanted; and how they are. */
export function copiesOf(replications: ReplicationEngine, now: () => Instant) {
  return {
    async want({ versionId, version, regions, stageAt }: Asked) {
      const event: ReplicationEvent = { type: 'begun', version, regions, stageAt, at: now() };
      const { state } = await replications.record(versionId, () => event);
      const copies = Object.entries(state.regions).map(([name, region]) => copyOf(name, region));
      const isGone = state.goneAt !== undefined;
      return isAtRest(state) ? { isGone, copies } : { isGone, copies, nextLookAt: state.lookAt };
    },
  };
}

function copyOf(name: string, region: Region) {
  const { state, percent, wanted, failure } = region;
  return {
    name,
    state,
    percent,
    required: wanted.required,
    ...('completedAt' in region && { completedAt: region.completedAt }),
    ...(failure && { failure }),
  };
}
