import { describe, expect, it } from 'vitest';
import type { Version } from '../../shared/images/image.ts';
import { ensureWithdrawn } from '../../shared/images/withdraw.ts';
import { secondsAfter } from '../../shared/instant.ts';
import { known, planWith } from './small/sources.ts';
import { noon, plan } from './versions.ts';
import { walk } from './walk.ts';

const vm =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-images/providers/Microsoft.Compute/virtualMachines/gm-win11-1-0-0';

/** Up to the machine. */
async function provisioned(walked: ReturnType<typeof walk>) {
  await walked.stage('resolve');
  await walked.stage('prepare');
  return await walked.stage('provision');
}

describe('the definition', () => {
  const described = { ...plan, definition: { ...plan.definition, description: 'new', eula: 'ours' } };
  const there = (change: object) =>
    walk(described, ({ gallery }) => ({
      gallery: {
        ...gallery,
        findGallery: async () => ({ provisioningState: 'Succeeded', location: 'westeurope' }),
        findDefinition: async () => ({
          ...plan.definition,
          location: 'westeurope',
          provisioningState: 'Succeeded',
          ...change,
        }),
      },
    }));

  it('is asked for again where Azure failed to make it, ever more seldom, and says so', async () => {
    let asked = 0;
    const walked = walk(plan, ({ gallery }) => ({
      gallery: {
        ...gallery,
        findDefinition: async () =>
          asked === 0
            ? undefined
            : { ...plan.definition, location: 'westeurope', provisioningState: 'Failed' },
        findGallery: async () => ({ provisioningState: 'Succeeded', location: 'westeurope' }),
        createDefinition: async () => {
          asked += 1;
        },
      },
    }));
    await walked.stage('resolve');
    await walked.stage('prepare');
    let waits: string | undefined;
    const end = secondsAfter(noon, 3600);
    while (walked.now() < end) {
      const found = await walked.look('provision');
      if (found.status !== 'running') throw new Error(found.status);
      waits = found.waitingFor;
      walked.pass(found.lookAgainInSeconds);
    }
    expect(waits).toContain('which Azure failed to make');
    expect(asked).toBeLessThan(40);
  });

  it('is brought to what the set wants of it, once, and keeps what the set does not mention', async () => {
    const asked: unknown[] = [];
    const walked = walk(described, ({ gallery }) => ({
      gallery: {
        ...gallery,
        createDefinition: async (ref, location, wanted, purchase) => {
          asked.push(wanted);
          await gallery.createDefinition(ref, location, wanted, purchase);
        },
        // Azure goes on telling its own story.
        findDefinition: async (ref) => {
          const found = await gallery.findDefinition(ref);
          return found && { ...found, description: 'old', privacyStatementUri: 'https://contoso.example' };
        },
      },
    }));
    expect(await provisioned(walked)).toMatchObject({ status: 'done' });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({
      description: 'new',
      eula: 'ours',
      privacyStatementUri: 'https://contoso.example',
    });
  });

  for (const [field, value] of Object.entries({
    osType: 'Linux',
    osState: 'Specialized',
    hyperVGeneration: 'V1',
    architecture: 'Arm64',
    securityType: 'Standard',
    sku: 'other',
    purchasePlan: { name: 'a', product: 'b', publisher: 'c' },
  })) {
    it(`of another ${field} is another definition: ImmutableField, before anything is made`, async () => {
      const walked = there({ [field]: value });
      const found = await walked.look('resolve');
      const message = expect.stringContaining(field);
      expect(found).toMatchObject({ status: 'failed', failure: { code: 'ImmutableField', message } });
      expect(walked.bench.left().things).toEqual([]);
    });
  }

  it('may have more than the set mentions', async () => {
    const more = {
      isHibernateSupported: true,
      diskControllerTypes: 'SCSI, NVMe',
      description: 'new',
      eula: 'ours',
    };
    expect(await there(more).look('resolve')).toMatchObject({ status: 'done' });
  });
});

describe('a gallery', () => {
  it('in another region is another gallery', async () => {
    const walked = walk(plan, ({ gallery }) => ({
      gallery: {
        ...gallery,
        findGallery: async () => ({ provisioningState: 'Succeeded', location: 'eastus' }),
      },
    }));
    expect(await walked.look('resolve')).toMatchObject({
      failure: {
        code: 'ImmutableField',
        message: 'Gallery gal_desktops exists in eastus, not in westeurope.',
      },
    });
  });

  it('with somebody’s version of that number is told before anything is made', async () => {
    const walked = walk();
    await walked.bench.ports.gallery.createGallery({} as never, 'westeurope');
    walked.pass(120);
    await walked.bench.ports.gallery.createDefinition({} as never, 'westeurope', plan.definition, undefined);
    walked.bench.addForeignVersion('1.0.0');
    expect(await walked.look('resolve')).toMatchObject({ failure: { code: 'ForeignResource' } });
  });
});

describe('the build VM', () => {
  it('that Azure could not make fails with Azure’s reason, and goes', async () => {
    const walked = walk();
    await walked.stage('resolve');
    await walked.stage('prepare');
    while (!walked.bench.isThere(vm)) {
      const found = await walked.look('provision');
      walked.pass('lookAgainInSeconds' in found ? found.lookAgainInSeconds : 60);
    }
    walked.bench.fail(vm, 'OSProvisioningTimedOut: It never came up.');
    expect(await walked.stage('provision')).toMatchObject({
      failure: {
        code: 'BootFailed',
        message: 'Azure could not provision gm-win11-1-0-0: OSProvisioningTimedOut: It never came up.',
      },
    });
    expect(await walked.stage('clean-up')).toMatchObject({ status: 'done' });
    expect(walked.bench.left().things).toEqual([]);
  });

  it('is asked after alone while it boots', async () => {
    let reads = 0;
    const walked = walk(plan, ({ gallery, machines }) => {
      const counted =
        <A extends unknown[], R>(ask: (...given: A) => Promise<R>) =>
        async (...given: A) => {
          reads += 1;
          return await ask(...given);
        };
      return {
        gallery: {
          ...gallery,
          findGallery: counted(gallery.findGallery),
          findDefinition: counted(gallery.findDefinition),
        },
        machines: { ...machines, find: counted(machines.find) },
      };
    });
    await walked.stage('resolve');
    await walked.stage('prepare');
    while (!walked.bench.isThere(vm)) {
      await walked.look('provision');
      walked.pass(60);
    }
    reads = 0;
    const before = walked.now();
    await walked.stage('provision');
    expect(Date.parse(walked.now()) - Date.parse(before)).toBeGreaterThan(120_000);
    expect(reads).toBeLessThanOrEqual(6);
  });
});

describe('a VM that is used in place', () => {
  const inPlace = planWith(plan, 'VM in place');

  it('is started where it was stopped', async () => {
    const walked = walk(inPlace);
    expect(walked.bench.powerOf(known.vmOfOurOwn)).toBe('deallocated');
    expect(await provisioned(walked)).toMatchObject({ status: 'done' });
    expect(walked.bench.powerOf(known.vmOfOurOwn)).toBe('running');
  });

  it('is not built from once it is generalised or gone', async () => {
    const walked = walk(inPlace);
    await walked.stage('resolve');
    const ref = {
      subscriptionId: plan.subscriptionId,
      resourceGroup: 'rg-images',
      name: 'vm-to-use-up',
    };
    await walked.bench.ports.machines.generalize(ref);
    expect(await walked.stage('provision')).toMatchObject({ failure: { code: 'SourceNotReady' } });
    await walked.bench.ports.machines.remove(ref);
    walked.pass(300);
    expect(await walked.stage('provision')).toMatchObject({ failure: { code: 'SourceNotFound' } });
  });

  it('is never deleted', async () => {
    const walked = walk(inPlace);
    await provisioned(walked);
    expect(await walked.stage('clean-up')).toMatchObject({ status: 'done' });
    expect(walked.bench.left()).toMatchObject({ things: [], missing: [] });
  });
});

describe('a version that is taken back', () => {
  for (const name of [
    'marketplace with data disks',
    'snapshot with data disks, copied',
    'VHD, by way of disk and snapshot',
  ]) {
    for (const looks of [1, 2, 3, 4, 6, 8]) {
      it(`${name}: after ${looks} looks leaves nothing`, async () => {
        const walked = walk(planWith(plan, name));
        await walked.stage('resolve');
        for (let look = 0; look < looks; look += 1) {
          const { copies, benchParts } = walked.version().facts;
          const isPrepared = benchParts && copies && copies.length === benchParts.length - 2;
          const found = await walked.look(isPrepared ? 'provision' : 'prepare');
          walked.pass('lookAgainInSeconds' in found ? found.lookAgainInSeconds : 30);
        }
        await withdrawn(walked);
        expect(walked.bench.left()).toEqual({ things: [], versions: [], missing: [] });
      });
    }
  }
});

async function withdrawn(walked: ReturnType<typeof walk>) {
  const { machines, parts, gallery } = walked.bench.ports;
  const scripts = { ours: async () => [], remove: async () => {} };
  const stage = ensureWithdrawn({ machines, parts, gallery, scripts });
  const since = walked.now();
  for (let looks = 0; looks < 100; looks += 1) {
    try {
      const work = { ...walked.version(), phase: 'withdrawing' } as Version;
      const look = { id: '', work, now: walked.now(), since, intent: undefined };
      const found = await stage(look);
      if (found.status === 'done') return;
    } catch {
      // Azure says no for now.
    }
    walked.pass(30);
  }
  throw new Error(`still not withdrawn at ${secondsAfter(noon, 0)}`);
}
