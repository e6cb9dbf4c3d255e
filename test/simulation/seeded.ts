import type { Channel } from '../../shared/channels/channel.ts';
import type { Version } from '../../shared/images/image.ts';
import { requested } from '../images/versions.ts';
import type { Cloud } from './cloud.ts';
import { imageSet } from './policies.ts';

/** What the notes of a version say that was there before. */
export const ofBefore = 'of a time before';

/** A version that was released long ago, and is complete everywhere. */
export async function seedVersion(cloud: Cloud, number: string, imageVersionId: string): Promise<void> {
  const { plan, recipe, priority, by, at } = requested as Extract<typeof requested, { type: 'requested' }>;
  const version: Version = {
    set: imageSet,
    number: number as Version['number'],
    plan,
    requested: { by, at, notes: ofBefore, recipe, priority },
    facts: { imageVersionId },
    phase: 'available',
    look: 0,
    at,
  };
  const row = { row: 'state', json: JSON.stringify(version), columns: { changes: 1, dueAt: '' } };
  await cloud.tables.rows('versions').write(`${imageSet}.${number}`, [row]);
  cloud.seeded.set(number, imageVersionId);
}

/** A channel that has held a version for long. */
export async function seedChannel(cloud: Cloud, name: string, number: string): Promise<void> {
  const at = (requested as Extract<typeof requested, { type: 'requested' }>).at;
  const imageVersionId = cloud.seeded.get(number) ?? '';
  const named = { number, versionId: `${imageSet}.${number}`, imageVersionId, by: 'ana', reason: ofBefore };
  const moved = { request: ofBefore, cause: 'request', isPromotion: true, isFirst: name === 'test' } as const;
  const channel: Channel = {
    set: imageSet,
    channel: name,
    createdAt: at,
    changedAt: at,
    revision: 1,
    movements: 1,
    nextLook: 0,
    past: [],
    unstopped: [],
    leaving: [],
    phase: 'settled',
    holds: { ...named, ...moved, movement: 1, at, appliedAt: at, rollouts: [], proof: {} },
    at,
  };
  const row = { row: 'state', json: JSON.stringify(channel), columns: { changes: 1, dueAt: '' } };
  await cloud.tables.rows('channels').write(`${imageSet}.${name}`, [row]);
}
