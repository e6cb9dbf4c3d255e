import type { GalleryImage } from '@azure/arm-compute';
import { expect } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, type Azure } from './azure.ts';
import { createFrom, define, withSources, type Kind, type Profile } from './sources.ts';

/** A version that Azure refuses to make, and what it says. */
export interface Case {
  readonly kind?: Kind;
  readonly definition?: Partial<GalleryImage>;
  readonly profile: Profile;
  readonly more?: object;
  readonly location?: string;
  readonly before?: (azure: Azure) => Promise<unknown> | void;
  readonly code: string;
  readonly says: string | RegExp;
}

export const image = { id: computeId('images/img-win2022') };
export const vm = (name: string) => ({ virtualMachineId: computeId(`virtualMachines/${name}`) });
export const os = (source: object, dataDiskImages: object[] = []): Profile => ({
  osDiskImage: { source },
  ...(dataDiskImages.length > 0 && { dataDiskImages: dataDiskImages as never }),
});

/** A disk of the test's own making, ready to be a source. */
export const makeDisk = (name: string, body: object) => (azure: Azure) =>
  done(azure, azure.compute.disks.createOrUpdate(GROUP, name, { location: REGION, ...body }));

/** Asks for the version and holds Azure to its refusal; nothing is left of the version. */
export async function expectRefusal(asked: Case): Promise<void> {
  const azure = await withSources();
  await define(azure, asked.kind ?? 'supported', asked.definition);
  await asked.before?.(azure);
  const refused = await refusal(createFrom(azure, asked.profile, asked.more, asked.location));
  expect(refused).toMatchObject({ code: asked.code });
  expect(refused.message).toMatch(asked.says);
  expect(azure.arm.world.resources.list({ under: computeId('galleries/gal/images/image') })).toEqual([]);
}
