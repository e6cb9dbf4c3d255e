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
    at,
  };
  const row = { row: 'state', json: JSON.stringify(version), columns: { changes: 1, dueAt: '' } };
  await cloud.tables.rows('versions').write(`${imageSet}.${number}`, [row]);
  cloud.seeded.set(number, imageVersionId);
}
