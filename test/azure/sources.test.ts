import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchParts } from '../../shared/azure/disks.ts';
import { gallery } from '../../shared/azure/gallery.ts';
import { keyVault } from '../../shared/azure/key-vault.ts';
import { marketplace } from '../../shared/azure/marketplace.ts';
import { runCommands } from '../../shared/azure/run-commands.ts';
import { sources } from '../../shared/azure/sources.ts';
import { virtualMachines } from '../../shared/azure/virtual-machines.ts';
import { ensureCaptured } from '../../shared/images/capture.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import { ensureCustomised } from '../../shared/images/customise.ts';
import { ensureGeneralised } from '../../shared/images/generalise.ts';
import type { Version } from '../../shared/images/image.ts';
import { ensureInspected } from '../../shared/images/inspect.ts';
import { ensurePrepared } from '../../shared/images/prepare.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import { DefineImageSet } from '../../shared/images/request-bodies.ts';
import type { EnsureVersionStage } from '../../shared/images/stage.ts';
import { after } from '../images/versions.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { live } from './support/live.ts';

const folder = join(import.meta.dirname, '../../examples/sources');

const ways: Readonly<Record<string, string>> = {
  marketplace: 'image',
  'gallery-version': 'image',
  'gallery-version-specialized': 'image',
  'other-tenant': 'import',
  'vm-copy': 'disk',
  'vm-in-place': 'import',
  'managed-image': 'image',
  disk: 'import',
  'snapshot-with-data-disks': 'disk',
  vhd: 'import',
  'vhd-trusted-launch-supported': 'import',
  linux: 'image',
};

describe('a version of every source, as Azure is asked for it', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const versionOf = (name: string): Version => {
    const body: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const { by: _, ...plan } = DefineImageSet.parse(body);
    return { ...after(), set: name, plan };
  };
  const ports = () => {
    const { azure } = cloud;
    return {
      machines: virtualMachines(azure),
      parts: benchParts(azure),
      scripts: runCommands(azure),
      secrets: keyVault(azure, cloud.now),
      home: gallery(azure),
      from: { sources: sources(azure), marketplace: marketplace(azure) },
    };
  };
  const stages = (): readonly [string, EnsureVersionStage][] => {
    const { machines, parts, scripts, secrets, home, from } = ports();
    return [
      ['resolve', ensureResolved(from, home)],
      ['prepare', ensurePrepared(parts)],
      ['provision', ensureProvisioned(home, machines)],
      ['customise', ensureCustomised({ scripts, machines, secrets, now: cloud.now })],
      ['inspect', ensureInspected(scripts)],
      ['generalise', ensureGeneralised(machines, scripts)],
      ['capture', ensureCaptured(home, machines)],
      ['clean-up', ensureCleanedUp({ machines, parts, gallery: home, scripts })],
    ];
  };

  for (const [name, way] of Object.entries(ways)) {
    it(`${name}: ${way}`, { timeout: 60_000 }, async () => {
      const before = new Set(cloud.arm.world.resources.list({}).map(({ id }) => id));
      let version = versionOf(name);
      for (const [stage, ensure] of stages()) {
        const ended = await live(cloud, version, ensure);
        ({ version } = ended);
        expect({ stage, ...ended.found }).toMatchObject({ stage, status: 'done' });
      }
      expect(version.facts.source?.way).toBe(way);
      const left = cloud.arm.world.resources.list({}).filter(({ id }) => !before.has(id));
      const inGallery = left.filter(({ type }) => /galleries/i.test(type));
      expect(left.map(({ id }) => id)).toEqual(inGallery.map(({ id }) => id));
      expect(left.at(-1)).toMatchObject({ name: '1.0.0', tags: { goldsmith: `${name}.1.0.0` } });
    });
  }

  it('may be shallow, with an end of life, and premium', { timeout: 60_000 }, async () => {
    const { plan, ...rest } = versionOf('disk');
    const definition = { ...plan.definition, name: 'shallow', sku: 'shallow' };
    const regions = [{ name: 'westeurope', replicas: 1, storageType: 'Premium_LRS' }] as const;
    const more = { replicationMode: 'Shallow', endOfLifeDays: 30 } as const;
    let version: Version = { ...rest, set: 'shallow', plan: { ...plan, ...more, definition, regions } };
    for (const [stage, ensure] of stages()) {
      const ended = await live(cloud, version, ensure);
      ({ version } = ended);
      expect({ stage, ...ended.found }).toMatchObject({ stage, status: 'done' });
    }
    const { publishingProfile } = await cloud.azure
      .compute(cloud.subscriptionId)
      .galleryImageVersions.get('rg-images', 'gal_desktops', 'shallow', '1.0.0');
    expect(publishingProfile).toMatchObject({
      excludeFromLatest: true,
      replicationMode: 'Shallow',
      targetRegions: [{ regionalReplicaCount: 1, storageAccountType: 'Premium_LRS' }],
    });
    const left = (publishingProfile?.endOfLifeDate?.getTime() ?? 0) - Date.parse(cloud.now());
    expect(left / 86_400_000).toBeGreaterThan(29);
  });

  it('sends nothing that Azure has no type for', async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
  });
});
