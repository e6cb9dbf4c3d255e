import { describe, expect, it } from 'vitest';
import { ChangedRegionAnswer, RegionsAnswer } from '../../shared/replication/answers.ts';
import { failure } from '../../shared/errors.ts';
import { changedRegionView, replicationView } from '../../shared/replication/view.ts';
import { undescribed } from '../support/answered.ts';
import { noon, regions } from './regions.ts';

const ref = {
  subscriptionId: '00000000-0000-0000-0000-000000000001',
  resourceGroup: 'rg-images',
  gallery: 'gal',
  definition: 'win11',
  number: '1.0.0',
  owner: 'win11.1.0.0',
  location: 'westeurope',
} as const;
const version = { ref, imageVersionId: '/versions/1.0.0', source: 'westeurope', isShallow: false };
const look = { askedAt: noon, isChanging: true, look: 1, lookAt: noon, notBefore: noon, troubles: 0 };

describe('what is declared of answers describes', () => {
  for (const [name, region] of Object.entries(regions)) {
    it(`a region that is ${name}, alone and among the others`, () => {
      if (!region) throw new Error('it is there');
      const replication = { version, regions: { northeurope: region }, ...look };
      const trouble = failure('AzureBusy', 'another change');
      for (const more of [{}, { trouble, troubles: 1 }, { goneAt: noon }]) {
        expect(undescribed(RegionsAnswer, replicationView({ ...replication, ...more }))).toBe('');
      }
      expect(undescribed(ChangedRegionAnswer, changedRegionView({ name: 'northeurope', region }))).toBe('');
    });
  }

  it('one that is gone', () => {
    const gone = changedRegionView({ name: 'northeurope', region: undefined });
    expect(undescribed(ChangedRegionAnswer, gone)).toBe('');
  });
});
