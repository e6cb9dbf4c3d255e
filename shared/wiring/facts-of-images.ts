import type { EventType } from '../event-types.ts';
import type { Facts, ToldEvent } from '../events/facts.ts';
import type { Version, VersionEvent } from '../images/image.ts';
import type { Region } from '../replication/region.ts';
import type { Replication, ReplicationEvent } from '../replication/replication.ts';
import type { Told } from '../workflow/outbox.ts';

const versionPath = (set: string, number: string) => `image-sets/${set}/versions/${number}`;

function ofVersion(type: EventType, { set, number, phase }: Version, data: Told['data'] = {}): ToldEvent {
  return {
    type,
    subject: versionPath(set, number),
    data: { imageSet: set, version: number, status: phase, ...data },
  };
}

type Staged = Extract<VersionEvent, { readonly stage: string }>;

/** What a stage has come to, and what that made of the version. */
function afterStage(event: Staged, after: Version, before: Version | undefined): readonly ToldEvent[] {
  const told: ToldEvent[] = [];
  if (event.type === 'stage-done') told.push(...whenDone(event.stage, after));
  const at = (version: Version | undefined) =>
    version && 'standing' in version ? version.standing.stage : undefined;
  if (at(after) === 'quarantine' && at(before) !== 'quarantine')
    told.push(ofVersion('build.quarantined', after));
  if (after.phase !== before?.phase) told.push(...whenEntered(after));
  return told;
}

function whenDone(stage: Staged['stage'], after: Version): readonly ToldEvent[] {
  const { facts } = after;
  switch (stage) {
    case 'withdraw':
    case 'quarantine':
    case 'recall':
    case 'delete':
      return [];
    case 'admit':
      return [ofVersion('build.started', after)];
    case 'capture':
      return [
        ofVersion('build.stageCompleted', after, { stage }),
        ofVersion('version.published', after, { imageVersionId: facts.imageVersionId }),
      ];
    case 'clean-up':
      return [ofVersion('build.stageCompleted', after, { stage }), ofVersion('build.succeeded', after)];
    default:
      return [ofVersion('build.stageCompleted', after, { stage })];
  }
}

function whenEntered(after: Version): readonly ToldEvent[] {
  switch (after.phase) {
    case 'failed': {
      const { stage, failure } = after;
      return [ofVersion('build.failed', after, { stage, failure })];
    }
    case 'canceled':
      return [ofVersion('build.canceled', after, { by: after.by, reason: after.reason })];
    case 'available':
      return [ofVersion('version.available', after, { regions: Object.keys(after.facts.regions ?? {}) })];
    case 'deleted':
      return [ofVersion('version.deleted', after, { by: after.by, reason: after.reason })];
    default:
      return [];
  }
}

const undecided = 'it says how the work stands, not that anything came of it';

/** What the world is told of versions. */
export const factsOfVersions: Facts<Version, VersionEvent> = {
  requested: ({ by, notes }, after) => [
    ofVersion('request.accepted', after, { by, notes }),
    ofVersion('version.reserved', after, { by }),
  ],
  canceled: 'it ends once its bench is gone: the end is told',
  retried: ({ by, from }, after) => ofVersion('build.started', after, { by, from }),
  expired: 'it ends once its bench is gone: the end is told',
  held: 'the channel tells of it',
  noted: 'people’s notes change nothing',
  deprecated: ({ by, reason }, after) => ofVersion('version.deprecated', after, { by, reason }),
  restored: ({ by, reason }, after) => ofVersion('version.restored', after, { by, reason }),
  revoked: ({ by, reason, rollback }, after) => ofVersion('version.revoked', after, { by, reason, rollback }),
  'delete-asked': 'that it is gone is told',
  'stage-running': undecided,
  'stage-intended': undecided,
  'stage-troubled': undecided,
  'stage-done': afterStage,
  'stage-failed': afterStage,
  'stage-overdue': afterStage,
};

/** The regions in which something has come about that people wait for. */
function ofRegions(
  _: unknown,
  { version, regions }: Replication,
  before: Replication | undefined,
  id: string,
) {
  return Object.entries(regions).flatMap(([region, now]): ToldEvent[] => {
    const was = before?.regions[region];
    const type = whatOf(now, was);
    if (type === undefined) return [];
    const { number } = version.ref;
    const imageSet = id.slice(0, -number.length - 1);
    const data = { imageSet, version: number, region, failure: now.failure };
    return [{ type, subject: versionPath(imageSet, number), data }];
  });
}

function whatOf(now: Region, was: Region | undefined): EventType | undefined {
  if (now.state === was?.state) return undefined;
  if (now.state === 'stalled') return 'version.replicationStalled';
  if (now.state !== 'completed') return undefined;
  return now.repairs > 0 ? 'version.replicationRepaired' : 'version.regionAvailable';
}

const wish = 'what is wanted is told once it is there';

/** What the world is told of the regions of versions. */
export const factsOfRegions: Facts<Replication, ReplicationEvent> = {
  begun: wish,
  'region-wanted': wish,
  'region-unwanted': wish,
  'repair-asked': wish,
  looked: ofRegions,
  changed: undecided,
  'change-refused': undecided,
  troubled: undecided,
  'version-gone': 'the version tells of it',
};
