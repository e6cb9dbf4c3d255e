import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../shared/instant.ts';
import type { HostStanding, Records } from '../../shared/rollouts/hosts.ts';
import { putOff, turnsOf, untilNext, whoseTurn } from '../../shared/rollouts/turns.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';

const noon = '2026-01-05T12:00:00.000Z';
const at = (seconds: number) => secondsAfter(noon, seconds);
const record = (instanceId: string, more: Partial<HostRecord> = {}): HostRecord => ({
  instanceId,
  name: `avd-${instanceId}`,
  sessionHost: '',
  outcome: 'admitted',
  why: '',
  admittedAt: noon,
  told: 0,
  loggedOff: 0,
  seconds: { users: 0, azure: 0, own: 0 },
  ...more,
});
const standing = (instanceId: string, more: Partial<HostStanding> = {}): HostStanding => ({
  id: `r.${instanceId}`,
  name: `avd-${instanceId}`,
  outcome: 'running',
  why: '',
  canBePutBack: true,
  told: 0,
  loggedOff: 0,
  seconds: { users: 0, azure: 0, own: 0 },
  ...more,
});
const recordsOf = (...all: HostRecord[]): Records =>
  Object.fromEntries(all.map((one) => [one.instanceId, one]));

describe('whose turn it is', () => {
  const records = recordsOf(
    record('done', { outcome: 'done', goAt: noon }),
    record('working', { goAt: noon }),
    record('settling', { goAt: noon }),
    record('back', { backAt: noon }),
    record('late'),
    record('early'),
    record('soon'),
    record('busy'),
    record('unborn'),
  );
  const standings = [
    standing('working', { stage: 'reimage' }),
    standing('settling', { stage: 'verify', firstHealthyAt: noon }),
    standing('back', { stage: 'turn', readyAt: at(-500) }),
    standing('late', { stage: 'turn', readyAt: at(-10) }),
    standing('early', { stage: 'turn', readyAt: at(-90) }),
    standing('soon', { stage: 'empty', readyAt: at(50) }),
    standing('busy', { stage: 'empty' }),
  ];
  const turns = turnsOf('r', records, standings);
  const next = (places: number) => Object.keys(whoseTurn('r', turns, standings, { places, now: noon }));

  it('R3: counts from the word to the first time that a host is found healthy', () => {
    expect([turns.working, turns.settled]).toEqual([1, 1]);
    expect(turns.waiting.map(({ instanceId }) => instanceId)).toEqual([
      'late',
      'early',
      'soon',
      'busy',
      'unborn',
    ]);
  });

  it.each([
    [0, []],
    [1, []],
    [2, ['early']],
    [3, ['early', 'late']],
    [9, ['early', 'late', 'soon']],
  ])('R3: of %i places goes to those that have been empty the longest', (places, expected) => {
    expect(next(places)).toEqual(expected);
  });

  it('is written down with its time, and so is who is put off', () => {
    expect(whoseTurn('r', turns, standings, { places: 2, now: noon })).toMatchObject({
      early: { goAt: noon },
    });
    expect(putOff(turns, 'a fair', noon)).toMatchObject({ unborn: { backAt: noon, why: 'a fair' } });
    expect(Object.keys(putOff(turns, 'a fair', noon))).toHaveLength(5);
  });

  it('is looked for again right after the next host may be healthy or done', () => {
    const looks = (stage: string, seconds: number) => [standing('a', { stage, nextLookAt: at(seconds) })];
    expect(untilNext([], noon)).toBe(15);
    expect(untilNext(looks('verify', 4), noon)).toBe(5.5);
    // Of a host that does not look when it should nobody makes haste.
    expect(untilNext(looks('return', -3), noon)).toBe(4);
    expect(untilNext(looks('verify', 60), noon)).toBe(15);
    expect(untilNext(looks('reimage', 1), noon)).toBe(15);
  });
});
