import { describe, expect, it } from 'vitest';
import { defaultRetention } from '../../shared/images/image-set.ts';
import { type Hold, retentionPlan, type Shelved } from '../../shared/images/retention.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';

const now = '2026-06-30T12:00:00.000Z';
const days = (count: number): Instant => minutesAfter(now, count * 24 * 60);
const policy = { ...defaultRetention, keepLast: 2, keepDays: 30 };

const version = (number: Shelved['number'], more: Partial<Shelved> = {}): Shelved => ({
  number,
  status: 'superseded',
  since: days(-60),
  madeAt: days(-60),
  isInGallery: true,
  ...more,
});
const [newest, second] = [version('2.1.0'), version('2.0.0')];

function plan(versions: readonly Shelved[], holds: Record<string, readonly Hold[]> = {}) {
  const held = new Map(Object.entries(holds)) as ReadonlyMap<Shelved['number'], readonly Hold[]>;
  const planned = retentionPlan(versions, held, policy, now);
  return Object.fromEntries(planned.map(({ number, ...rest }) => [number, rest]));
}

/** What becomes of this one, with two newer ones beside it. */
const fate = (one: Shelved, holds: readonly Hold[] = []) =>
  plan([newest, second, one], { [one.number]: holds })[one.number];

describe('what retention makes of a version', () => {
  const cases: [title: string, one: Shelved, holds: readonly Hold[], expected: object][] = [
    [
      'deprecates what no rule keeps',
      version('1.0.0'),
      [],
      {
        action: 'deprecate',
        because: ['it is older than 30 days, not among the last 2, and used by nobody'],
      },
    ],
    [
      'keeps what is younger than its days, and says until when',
      version('1.0.0', { madeAt: days(-29) }),
      [],
      { action: 'keep', because: ['it is younger than 30 days'], until: days(1) },
    ],
    [
      'keeps what a channel holds',
      version('1.0.0', { status: 'promoted' }),
      [{ message: 'channel production holds it' }],
      { action: 'keep', because: ['channel production holds it'] },
    ],
    [
      'R12: keeps what a channel may be rolled back to, until then',
      version('1.0.0'),
      [{ message: 'channel production may go back to it', until: days(9) }],
      {
        action: 'keep',
        because: [`channel production may go back to it (until ${days(9)})`],
        until: days(9),
      },
    ],
    [
      'V6: gives notice before the end of life, even of what is kept',
      version('1.0.0', { endOfLife: { at: days(14), setAt: days(-60) } }),
      [{ message: 'channel test holds it' }],
      {
        action: 'notice',
        because: [`its end of life comes on ${days(14)}`, 'channel test holds it'],
        until: days(14),
      },
    ],
    [
      'says nothing of an end of life that is further off than the notice',
      version('1.0.0', { endOfLife: { at: days(15), setAt: days(-60) }, madeAt: days(-1) }),
      [],
      { action: 'keep', because: ['it is younger than 30 days'] },
    ],
    [
      'gives notice once',
      version('1.0.0', {
        endOfLife: { at: days(9), setAt: days(-60), noticedAt: days(-5) },
        madeAt: days(-1),
      }),
      [],
      {
        action: 'keep',
        because: ['it is younger than 30 days', `its end of life comes on ${days(9)}; people were told`],
      },
    ],
    [
      'V6: deprecates what is past its end of life, whoever holds it',
      version('1.0.0', { endOfLife: { at: days(0), setAt: days(-60), noticedAt: days(-14) } }),
      [{ message: 'channel production holds it' }],
      {
        action: 'deprecate',
        because: [`its end of life was ${days(0)}`, 'channel production holds it: move it on'],
      },
    ],
    [
      'V6: lets no end of life pass of which nobody was told: first comes the notice',
      version('1.0.0', { endOfLife: { at: days(-1), setAt: days(-60) }, madeAt: days(-1) }),
      [],
      {
        action: 'notice',
        because: [`its end of life was ${days(-1)}, and nobody was told`],
        until: days(14),
      },
    ],
    [
      'V6: and then the whole of the notice',
      version('1.0.0', {
        endOfLife: { at: days(-1), setAt: days(-60), noticedAt: days(-13) },
        madeAt: days(-1),
      }),
      [],
      { action: 'keep' },
    ],
    [
      'gives as much notice as there was time for when the date was set',
      version('1.0.0', { endOfLife: { at: days(-1), setAt: days(-3), noticedAt: days(-2) } }),
      [],
      { action: 'deprecate' },
    ],
    [
      'keeps what is deprecated for its days',
      version('1.0.0', { status: 'deprecated', since: days(-6) }),
      [],
      { action: 'keep', until: days(1) },
    ],
    [
      'deletes what was deprecated for so long and is used by nobody',
      version('1.0.0', { status: 'deprecated', since: days(-7) }),
      [],
      { action: 'delete' },
    ],
    [
      'V5: deletes nothing that somebody holds, and says who and until when',
      version('1.0.0', { status: 'deprecated', since: days(-7) }),
      [
        { message: 'channel test may go back to it', until: days(2) },
        { message: 'validation 4 is under way', until: days(3) },
      ],
      {
        action: 'blocked',
        because: [
          `channel test may go back to it (until ${days(2)})`,
          `validation 4 is under way (until ${days(3)})`,
        ],
        until: days(3),
      },
    ],
    [
      'V5: does not know until when, where one of those who hold it does not say',
      version('1.0.0', { status: 'deprecated', since: days(-7) }),
      [{ message: 'channel test may go back to it', until: days(2) }, { message: '2 hosts run it' }],
      {
        action: 'blocked',
        because: [`channel test may go back to it (until ${days(2)})`, '2 hosts run it'],
      },
    ],
    [
      'deletes what was revoked, once nobody uses it',
      version('1.0.0', { status: 'revoked', since: days(-7) }),
      [],
      { action: 'delete' },
    ],
    [
      'keeps what failed for the days of the policy',
      version('1.0.0', { status: 'failed', since: days(-29) }),
      [],
      { action: 'keep', until: days(1) },
    ],
    [
      'deletes what failed or was canceled and is left in the gallery',
      version('1.0.0', { status: 'canceled', since: days(-30) }),
      [],
      { action: 'delete' },
    ],
    ['keeps what is being built', version('1.0.0', { status: 'building' }), [], { action: 'keep' }],
  ];
  for (const [title, one, holds, expected] of cases) {
    it(title, () => {
      const found = fate(one, holds);
      expect(found).toMatchObject(expected);
      if (found?.action === 'blocked')
        expect(found).toEqual({ status: one.status, isForEndOfLife: false, ...expected });
    });
  }

  it('keeps the newest and the last so many, by their numbers and not by their letters', () => {
    const versions = ['1.9.0', '1.10.0', '1.2.0'] as const;
    expect(plan(versions.map((number) => version(number)))).toMatchObject({
      '1.10.0': { action: 'keep', because: ['it is the newest', 'it is among the last 2'] },
      '1.9.0': { action: 'keep', because: ['it is among the last 2'] },
      '1.2.0': { action: 'deprecate' },
    });
  });

  it('keeps deprecated versions where there are not enough others to go back to', () => {
    const deprecated = { status: 'deprecated', since: days(-50) } as const;
    const versions = [newest, version('1.1.0', deprecated), version('1.0.0', deprecated)];
    expect(plan(versions)).toMatchObject({ '1.1.0': { action: 'keep' }, '1.0.0': { action: 'delete' } });
  });

  it('says nothing of what is not in the gallery, nor of what is on its way out', () => {
    const gone = version('1.2.0', { status: 'deleted' });
    const going = version('1.1.0', { status: 'deleting' });
    const never = version('1.0.0', { status: 'failed', isInGallery: false });
    expect(plan([gone, going, never])).toEqual({});
  });
});
