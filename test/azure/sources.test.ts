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
import { AppError } from '../../shared/errors.ts';
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
import type { Facts } from '../../shared/images/version.ts';
import type { EnsureStage, Settled } from '../../shared/workflow/look.ts';
import type { Intent } from '../../shared/workflow/stages.ts';
import { after } from '../images/versions.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

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
      secrets: keyVault(azure),
      home: gallery(azure),
      from: { sources: sources(azure), marketplace: marketplace(azure) },
    };
  };
  const stages = (): readonly [string, EnsureStage<Version, Facts>][] => {
    const { machines, parts, scripts, secrets, home, from } = ports();
    return [
      ['resolve', ensureResolved(from, home)],
      ['prepare', ensurePrepared(machines, parts)],
      ['provision', ensureProvisioned(home, machines)],
      ['customise', ensureCustomised({ scripts, machines, secrets, now: cloud.now })],
      ['inspect', ensureInspected(scripts)],
      ['generalise', ensureGeneralised(machines, scripts)],
      ['capture', ensureCaptured(home, machines)],
      ['clean-up', ensureCleanedUp({ machines, parts, gallery: home, scripts })],
    ];
  };

  /** Looks until the stage is over, as the engine would: an intention is kept, and Azure's "not now" is waited out. */
  async function live(version: Version, stage: EnsureStage<Version, Facts>) {
    const since = cloud.now();
    let known = version;
    let intent: Intent | undefined;
    for (let looks = 0; looks < 300; looks += 1) {
      const ask = async (): Promise<Settled<Facts> | undefined> => {
        const found = await stage({ id: 'x', work: known, now: cloud.now(), since, intent });
        if (found.status !== 'intend') return found;
        intent = {
          attempt: (intent?.attempt ?? 0) + 1,
          at: cloud.now(),
          what: found.what,
          before: found.before,
        };
        known = { ...known, facts: { ...known.facts, ...found.facts } };
        return await found.proceed();
      };
      const found = await notNow(ask);
      known = { ...known, facts: { ...known.facts, ...found?.facts } };
      if (found && found.status !== 'running') return { found, version: known };
      cloud.pass((found?.lookAgainInSeconds ?? 30) / 60);
    }
    throw new Error('it never came to its end');
  }

  for (const [name, way] of Object.entries(ways)) {
    it(`${name}: ${way}`, { timeout: 60_000 }, async () => {
      const before = cloud.arm.world.resources.list({}).map(({ id }) => id);
      let version = versionOf(name);
      for (const [stage, ensure] of stages()) {
        const ended = await live(version, ensure);
        ({ version } = ended);
        expect({ stage, ...ended.found }).toMatchObject({ stage, status: 'done' });
      }
      expect(version.facts.source?.way).toBe(way);
      const left = cloud.arm.world.resources.list({}).filter(({ id }) => !before.includes(id));
      const inGallery = left.filter(({ type }) => /galleries/i.test(type));
      expect(left.map(({ id }) => id)).toEqual(inGallery.map(({ id }) => id));
      expect(left.at(-1)).toMatchObject({ name: '1.0.0', tags: { goldsmith: `${name}.1.0.0` } });
    });
  }

  it('sends nothing that Azure has no type for', async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
  });
});

/** Azure says no for now: the stage is asked again later. */
async function notNow<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError && (error.retryable || error.code === 'Throttled')) return undefined;
    throw error;
  }
}
