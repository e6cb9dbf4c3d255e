import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetentionPolicy } from '../../shared/images/image-set.ts';
import { type Hold, type Planned, retentionPlan, type Shelved } from '../../shared/images/retention.ts';
import { compareNumbers, type VersionNumber } from '../../shared/images/version-number.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';

const now = '2026-06-30T12:00:00.000Z';
const day = fc.integer({ min: -60, max: 60 }).map((days): Instant => minutesAfter(now, days * 24 * 60));
const past = fc.integer({ min: -60, max: 0 }).map((days): Instant => minutesAfter(now, days * 24 * 60));
const number = fc
  .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 12 }))
  .map(([major, minor]): VersionNumber => `${major}.${minor}.0`);

const endOfLife = fc.record({ at: day, setAt: past, noticedAt: past }, { requiredKeys: ['at', 'setAt'] });
const shelved: fc.Arbitrary<Shelved> = fc.record(
  {
    number,
    status: fc.constantFrom<Shelved['status'][]>(
      'building',
      'failed',
      'canceled',
      'available',
      'promoted',
      'superseded',
      'deprecated',
      'revoked',
      'deleting',
      'deleted',
    ),
    since: past,
    madeAt: past,
    isInGallery: fc.boolean(),
    endOfLife,
  },
  { requiredKeys: ['number', 'status', 'since', 'madeAt', 'isInGallery'] },
);
const few = fc.integer({ min: 1, max: 30 });
const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
  keepLast: fc.integer({ min: 1, max: 6 }),
  keepDays: few,
  endOfLifeNoticeDays: few,
  deleteDeprecatedAfterDays: few,
  enabled: fc.boolean(),
});
const hold: fc.Arbitrary<Hold> = fc.record(
  { message: fc.constant('channel test holds it'), until: day },
  { requiredKeys: ['message'] },
);
interface Given {
  readonly versions: readonly Shelved[];
  readonly policy: RetentionPolicy;
  readonly holds: ReadonlyMap<VersionNumber, readonly Hold[]>;
}
const shelf: fc.Arbitrary<Given> = fc.record({
  versions: fc.uniqueArray(shelved, { selector: (one) => one.number, maxLength: 12 }),
  policy,
  holds: fc.array(fc.tuple(number, fc.array(hold, { maxLength: 2 }))).map((all) => new Map(all)),
});

/** The shelf once the plan was carried out. */
function carriedOut(versions: readonly Shelved[], plan: readonly Planned[]): Shelved[] {
  const actions = new Map(plan.map((one) => [one.number, one.action]));
  return versions.map((version): Shelved => {
    switch (actions.get(version.number)) {
      case 'deprecate':
        return { ...version, status: 'deprecated', since: now };
      case 'delete':
        return { ...version, status: 'deleting', since: now };
      case 'notice':
        return version.endOfLife
          ? { ...version, endOfLife: { ...version.endOfLife, noticedAt: now } }
          : version;
      case 'keep':
      case 'blocked':
      case undefined:
        return version;
    }
  });
}

const asks = (plan: readonly Planned[]) =>
  plan.filter(({ action }) => action !== 'keep' && action !== 'blocked').map((one) => one.number);
const canBeGoneBackTo = ({ status, isInGallery }: Shelved) =>
  isInGallery && ['available', 'promoted', 'superseded', 'deprecated'].includes(status);
const isUsable = (one: Shelved) => canBeGoneBackTo(one) && one.status !== 'deprecated';

const always = (holds: (given: Given) => void) => fc.assert(fc.property(shelf, holds), { numRuns: 300 });

describe('a plan of retention', () => {
  it('V5: deletes nothing that anything holds', () => {
    always(({ versions, policy, holds }) => {
      for (const { number, action } of retentionPlan(versions, holds, policy, now)) {
        if (action === 'delete') expect(holds.get(number) ?? []).toEqual([]);
      }
    });
  });

  it('deletes no usable version, and so never the newest', () => {
    always(({ versions, policy, holds }) => {
      for (const { number, action } of retentionPlan(versions, holds, policy, now)) {
        const version = versions.find((one) => one.number === number);
        if (action === 'delete') expect(version && isUsable(version)).toBe(false);
      }
    });
  });

  it('deprecates the newest usable version only where its end of life has passed', () => {
    always(({ versions, policy, holds }) => {
      const [newest] = versions.filter(isUsable).toSorted((a, b) => compareNumbers(b.number, a.number));
      const planned = retentionPlan(versions, holds, policy, now).find(
        (one) => one.number === newest?.number,
      );
      if (planned?.action === 'deprecate') expect(newest?.endOfLife && newest.endOfLife.at <= now).toBe(true);
    });
  });

  it('leaves so many to go back to as the policy keeps', () => {
    always(({ versions, policy, holds }) => {
      const before = versions.filter(canBeGoneBackTo).length;
      const left = carriedOut(versions, retentionPlan(versions, holds, policy, now)).filter(canBeGoneBackTo);
      expect(left.length).toBeGreaterThanOrEqual(Math.min(before, policy.keepLast));
    });
  });

  it('V6: deprecates or deletes nothing at its end of life of which nobody was told', () => {
    always(({ versions, policy, holds }) => {
      for (const { number, action, because } of retentionPlan(versions, holds, policy, now)) {
        const version = versions.find((one) => one.number === number);
        const isForItsEnd =
          action === 'deprecate' && because.some((why) => why.startsWith('its end of life'));
        if (isForItsEnd) expect(version?.endOfLife?.noticedAt).toBeDefined();
      }
    });
  });

  it('asks for nothing a second time at the same moment', () => {
    always(({ versions, policy, holds }) => {
      const once = carriedOut(
        versions.map((one) => fitting(one)),
        retentionPlan(
          versions.map((one) => fitting(one)),
          holds,
          policy,
          now,
        ),
      );
      expect(asks(retentionPlan(once, holds, policy, now))).toEqual([]);
    });
  });

  it('is the same in whatever order the versions come', () => {
    always(({ versions, policy, holds }) => {
      const plan = retentionPlan(versions, holds, policy, now);
      expect(retentionPlan(versions.toReversed(), holds, policy, now)).toEqual(plan);
    });
  });
});

/** A date is only ever set to the future: an end that comes before it was set is not to be had. */
function fitting(version: Shelved): Shelved {
  const { endOfLife } = version;
  if (!endOfLife || endOfLife.at > endOfLife.setAt) return version;
  return { ...version, endOfLife: { ...endOfLife, at: minutesAfter(endOfLife.setAt, 60) } };
}
