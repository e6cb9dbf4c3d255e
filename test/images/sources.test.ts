import { describe, expect, it } from 'vitest';
import { benchOf } from '../../shared/images/bench.ts';
import { known, planWith, sourcePlans } from './small/sources.ts';
import { plan } from './versions.ts';
import { walk } from './walk.ts';

const ways: Readonly<Record<string, string>> = {
  marketplace: 'image',
  'marketplace with data disks': 'image',
  'gallery version': 'image',
  'gallery version, imported': 'import',
  'specialised gallery version': 'image',
  'managed image': 'image',
  'VM, copied': 'disk',
  'VM, its disks imported': 'import',
  'VM in place': 'in-place',
  'generalised VM in place': 'import',
  'disk, imported': 'import',
  'disk, copied': 'disk',
  'snapshot with data disks, imported': 'import',
  'snapshot with data disks, copied': 'disk',
  'VHD, by way of disk and snapshot': 'import',
  'VHD, straight': 'import',
  'VHD, copied': 'disk',
};

describe('a version is made of every kind of source', () => {
  for (const [name, way] of Object.entries(ways)) {
    it(`${name}: ${way}, captured once, and nothing of the bench is left`, async () => {
      const walked = walk(planWith(plan, name));
      expect(await walked.toGallery()).toMatchObject({ status: 'done' });
      expect(walked.version().facts.source?.way).toBe(way);
      const { things, versions, missing } = walked.bench.left();
      expect({ things, missing }).toEqual({ things: [], missing: [] });
      expect(versions).toEqual([{ number: '1.0.0', owner: 'win11.1.0.0', excluded: true }]);
      expect(walked.bench.counts).toMatchObject({
        captured: 1,
        created: way === 'image' || way === 'disk' ? 1 : 0,
      });
    });
  }

  it('knows them all', () => {
    expect(Object.keys(sourcePlans)).toEqual(Object.keys(ways));
  });

  it('never stops, changes or deletes a VM that somebody uses', async () => {
    const walked = walk(planWith(plan, 'VM, copied'));
    await walked.toGallery();
    expect(walked.bench.powerOf(known.vm)).toBe('running');
  });
});

describe('the parts of a bench', () => {
  const layoutOf = async (name: string) => {
    const walked = walk(planWith(plan, name));
    await walked.stage('resolve');
    return benchOf(walked.version()).parts.map(({ id }) => id.split('/').slice(-2).join('/'));
  };

  it('are a machine, its disk and its NIC for an image', async () => {
    expect(await layoutOf('marketplace')).toEqual([
      'disks/gm-win11-1-0-0-os',
      'virtualMachines/gm-win11-1-0-0',
      'networkInterfaces/gm-win11-1-0-0-nic',
    ]);
  });

  it('are a snapshot and a disk more for a disk that is copied', async () => {
    expect(await layoutOf('disk, copied')).toEqual([
      'snapshots/gm-win11-1-0-0-os-snap',
      'disks/gm-win11-1-0-0-os-copy',
      'virtualMachines/gm-win11-1-0-0',
      'networkInterfaces/gm-win11-1-0-0-nic',
    ]);
  });

  it('are a disk and its snapshot for a VHD that is imported', async () => {
    expect(await layoutOf('VHD, by way of disk and snapshot')).toEqual([
      'disks/gm-win11-1-0-0-os-copy',
      'snapshots/gm-win11-1-0-0-os-snap',
    ]);
  });

  it('are none where the gallery takes the source as it is', async () => {
    for (const name of ['VHD, straight', 'disk, imported', 'gallery version, imported', 'VM in place']) {
      expect(await layoutOf(name)).toEqual([]);
    }
  });
});
