import { describe, expect, it } from 'vitest';
import { planWith } from './small/sources.ts';
import { plan } from './versions.ts';
import { walk } from './walk.ts';

/** Up to the capture. */
async function ready(walked: ReturnType<typeof walk>) {
  for (const stage of ['resolve', 'prepare', 'provision'] as const) await walked.stage(stage);
  await walked.generalise();
  return walked;
}

describe('a capture', () => {
  it('is dark, in the bench’s region first, and knows the end of its life', async () => {
    const regions = [{ name: 'northeurope', replicas: 2, storageType: 'Standard_ZRS' }] as const;
    const walked = await ready(walk({ ...plan, regions, endOfLifeDays: 30 }));
    const at = walked.now();
    await walked.look('capture');
    expect(walked.bench.asked.version).toMatchObject({
      owner: 'win11.1.0.0',
      location: 'westeurope',
      replicationMode: 'Full',
      regions: [{ name: 'westeurope', replicas: 1 }, ...regions],
      endOfLifeDate: new Date(Date.parse(at) + 30 * 86_400_000).toISOString(),
    });
  });

  it('does not begin before the machine is deallocated and generalised', async () => {
    const walked = walk();
    for (const stage of ['resolve', 'prepare', 'provision'] as const) await walked.stage(stage);
    expect(await walked.look('capture')).toMatchObject({ failure: { code: 'CaptureFailed' } });
    expect(walked.bench.counts.captured).toBe(0);
  });

  it('of a specialised machine takes one that is deallocated and not generalised', async () => {
    const walked = await ready(walk(planWith(plan, 'specialised gallery version')));
    expect(await walked.stage('capture')).toMatchObject({ status: 'done' });
  });

  it('is made once, however often it is asked for', async () => {
    const walked = await ready(walk());
    await walked.look('capture');
    await walked.look('capture');
    await walked.stage('capture');
    expect(walked.bench.counts.captured).toBe(1);
  });

  it('that failed is taken away by a retry and made again under the same number, once', async () => {
    const walked = await ready(walk());
    walked.bench.failNextCapture('SourceUnavailable: try again');
    expect(await walked.stage('capture')).toMatchObject({
      failure: { code: 'CaptureFailed', message: 'SourceUnavailable: try again' },
      facts: { captureFailed: true },
    });
    expect(await walked.stage('capture')).toMatchObject({ status: 'done' });
    expect(walked.bench.counts).toMatchObject({ captured: 2, created: 1 });
    expect(walked.bench.left().versions).toEqual([{ number: '1.0.0', owner: 'win11.1.0.0', excluded: true }]);
    expect(walked.version().facts.captureFailed).toBe(false);
  });

  it('that fails again fails again, instead of going round', async () => {
    const walked = await ready(walk());
    for (const why of ['once', 'twice']) walked.bench.failNextCapture(why);
    await walked.stage('capture');
    expect(await walked.stage('capture')).toMatchObject({ failure: { message: 'twice' } });
    expect(walked.bench.counts.captured).toBe(2);
  });

  it('V1: never touches somebody’s version of that number', async () => {
    const walked = await ready(walk());
    walked.bench.addForeignVersion('1.0.0');
    walked.learn({ captureFailed: true });
    expect(await walked.stage('capture')).toMatchObject({ failure: { code: 'ForeignResource' } });
    expect(walked.bench.left().versions).toHaveLength(1);
  });

  it('is done where its own region is, whatever becomes of the others', async () => {
    const walked = walk(plan, ({ gallery }) => ({
      gallery: {
        ...gallery,
        findVersion: async () => ({
          id: '/versions/1.0.0',
          provisioningState: 'Failed',
          error: 'northeurope: no space',
          excludeFromLatest: true,
          isProtected: false,
          owner: 'win11.1.0.0',
          regions: {
            westeurope: { state: 'completed', percent: 100 },
            northeurope: { state: 'failed', percent: 3 },
          },
        }),
      },
    }));
    expect(await walked.look('capture')).toMatchObject({ status: 'done' });
  });

  it('of copies waits until all regions have read them', async () => {
    const walked = await ready(walk(planWith(plan, 'VHD, by way of disk and snapshot')));
    const before = walked.now();
    await walked.stage('capture');
    expect(Date.parse(walked.now()) - Date.parse(before)).toBeGreaterThanOrEqual(15 * 60_000);
  });
});
