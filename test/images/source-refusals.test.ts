import { describe, expect, it } from 'vitest';
import { endOfLifeRefusal } from '../../shared/images/definition-body.ts';
import { DefineImageSet } from '../../shared/images/request-bodies.ts';
import { defined, disk, empty, example, from, snapshot, vhd, vm, withDisks } from './body-case.ts';
import { wrongDefinitions } from './definition-body-cases.ts';
import { wrongSources } from './source-body-cases.ts';
import { wrongTogether } from './together-body-cases.ts';

describe('an image set is refused for', () => {
  for (const [title, change, field, says] of [...wrongDefinitions, ...wrongSources, ...wrongTogether]) {
    it(`${title}: ${field}`, () => {
      const { error } = DefineImageSet.safeParse({ ...example, ...change });
      const told = error?.issues.map(({ path, message }) => [path.join('.'), message]);
      expect(told).toContainEqual([field, expect.stringMatching(says)]);
    });
  }

  it('an end of life that has passed, on the day of asking', () => {
    const told = endOfLifeRefusal({ endOfLifeDate: '2026-01-01T00:00:00.000Z' }, '2026-01-05T12:00:00.000Z');
    expect(told).toBe('2026-01-01 has passed: an end of life lies in the future.');
    expect(
      endOfLifeRefusal({ endOfLifeDate: '2027-01-01T00:00:00.000Z' }, '2026-01-05T12:00:00.000Z'),
    ).toBeUndefined();
    expect(endOfLifeRefusal({}, '2026-01-05T12:00:00.000Z')).toBeUndefined();
  });
});

describe('an image set is taken', () => {
  const taken: readonly [title: string, change: object][] = [
    ['as the example has it', {}],
    [
      'with all that a definition can say',
      defined({
        diskControllerTypes: 'SCSI, NVMe',
        isAcceleratedNetworkSupported: true,
        isHibernateSupported: false,
        purchasePlan: { name: 'gold', product: 'desktops', publisher: 'contoso' },
        endOfLifeDate: '2030-06-30',
        recommended: { vCPUs: { min: 4 }, memory: { max: 64 } },
        disallowedDiskTypes: ['Standard_LRS'],
      }),
    ],
    ['with a VM, which is copied unless its owner says otherwise', from({ vm: { id: vm } })],
    [
      'with data disks of every kind',
      withDisks(
        empty(0),
        { lun: 1, from: { disk: { id: disk } } },
        { lun: 2, from: { snapshot: { id: snapshot } } },
        { lun: 3, from: { vhd } },
      ),
    ],
  ];
  for (const [title, change] of taken) {
    it(title, () => {
      expect(DefineImageSet.safeParse({ ...example, ...change }).error?.issues).toBeUndefined();
    });
  }

  it('with a day as the moment at which it begins', () => {
    const { definition: said } = DefineImageSet.parse({
      ...example,
      ...defined({ endOfLifeDate: '2030-06-30' }),
    });
    expect(said.endOfLifeDate).toBe('2030-06-30T00:00:00.000Z');
  });
});
