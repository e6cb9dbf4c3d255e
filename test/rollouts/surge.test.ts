import { describe, expect, it } from 'vitest';
import type { Records } from '../../shared/rollouts/hosts.ts';
import {
  givenUp,
  isBeside,
  leftOver,
  modelOf,
  retirable,
  successorsOf,
  surgeNow,
} from '../../shared/rollouts/surge.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { host } from './host-views.ts';

const at = '2026-01-05T12:00:00.000Z';
const record = (instanceId: string, more: Partial<HostRecord>): HostRecord => ({
  instanceId,
  name: instanceId,
  sessionHost: '',
  outcome: 'admitted',
  why: '',
  admittedAt: at,
  told: 0,
  loggedOff: 0,
  seconds: { users: 0, azure: 0, own: 0 },
  ...more,
});
const of = (...all: readonly HostRecord[]): Records =>
  Object.fromEntries(all.map((one) => [one.instanceId, one]));
const old = (name: string) => host(name);
const added = (name: string) => host(name, { isOnVersion: true, standing: 'ended' });
const add = (name: string, outcome: HostRecord['outcome'] = 'admitted') =>
  record(name, { task: 'add', outcome, like: 'a' });
const retire = (name: string, successor: string | undefined, outcome: HostRecord['outcome'] = 'admitted') =>
  record(name, { task: 'retire', outcome, ...(successor !== undefined && { for: successor }) });
const busy = (name: string) => host(name, { standing: 'in-flight' });

interface Case {
  readonly views: readonly ReturnType<typeof host>[];
  readonly records: Records;
  readonly most: number;
  readonly room: number;
  readonly free?: readonly string[];
  readonly surplus?: readonly string[];
  readonly total: number;
}

describe('the machine that others are made after', () => {
  const half = (name: string) => host(name, { isUnequipped: true });
  it('is the last to go that was ever finished', () => {
    expect(modelOf([old('a'), old('b'), half('c')])?.name).toBe('b');
    expect(modelOf([half('a'), half('b')])?.name).toBe('b');
    expect(modelOf([])).toBeUndefined();
  });
});

describe('what surge calls for', () => {
  const cases: readonly [why: string, Case][] = [
    ['as many as may be', { views: [old('a'), old('b'), old('c')], records: {}, most: 2, room: 2, total: 3 }],
    ['no more than are to go', { views: [old('a')], records: {}, most: 5, room: 1, total: 1 }],
    [
      'those under way are counted',
      { views: [old('a'), old('b')], records: of(add('x')), most: 2, room: 1, total: 2 },
    ],
    [
      'one that is there waits for its match',
      {
        views: [old('a'), old('b'), added('x')],
        records: of(add('x', 'done')),
        most: 1,
        room: 0,
        free: ['x'],
        total: 2,
      },
    ],
    [
      'the next is added once the first that goes is gone, not before',
      {
        views: [busy('a'), old('b'), added('x')],
        records: of(add('x', 'done'), retire('a', 'x')),
        most: 1,
        room: 0,
        total: 2,
      },
    ],
    [
      'then it is',
      {
        views: [old('b'), added('x')],
        records: of(add('x', 'done'), retire('a', 'x', 'done')),
        most: 1,
        room: 1,
        total: 2,
      },
    ],
    [
      'one whose host was put back is free again',
      {
        views: [host('a', { standing: 'ended' }), old('b'), added('x')],
        records: of(add('x', 'done'), retire('a', 'x', 'deferred')),
        most: 1,
        room: 0,
        free: ['x'],
        total: 2,
      },
    ],
    [
      'and one too many where nobody is left to go',
      {
        views: [host('a', { standing: 'ended' }), added('x')],
        records: of(add('x', 'done'), retire('a', 'x', 'deferred')),
        most: 1,
        room: 0,
        free: ['x'],
        surplus: ['x'],
        total: 1,
      },
    ],
    [
      'one that cannot be brought back counts as gone',
      {
        views: [host('a', { standing: 'lost' }), added('x')],
        records: of(add('x', 'done'), retire('a', 'x', 'quarantined')),
        most: 1,
        room: 0,
        total: 1,
      },
    ],
    [
      'one that somebody deleted is nobody’s successor',
      { views: [old('a')], records: of(add('x', 'done')), most: 1, room: 1, total: 1 },
    ],
    [
      'one that failed leaves room for another',
      { views: [old('a')], records: of(add('x', 'failed')), most: 1, room: 1, total: 1 },
    ],
  ];
  it.each(cases)('%s', (_, { views, records, most, room, free = [], surplus = [], total }) => {
    const now = surgeNow(records, views, most);
    expect(now).toMatchObject({ room, total });
    expect(now.free.map(({ name }) => name)).toEqual(free);
    expect(now.surplus.map(({ name }) => name)).toEqual(surplus);
  });

  it('keeps the machine that others are made after until they are there', () => {
    const views = [old('a'), old('b')];
    const records = of(add('x'));
    const seen = retirable(views, records, surgeNow(records, views, 1));
    expect(seen.map(({ name }) => name)).toEqual(['b']);
  });

  it('says for whom each goes; who is too many goes for nobody', () => {
    const records = of(add('x', 'done'), add('y', 'done'));
    const views = [old('a'), old('b'), added('x'), added('y')];
    const now = surgeNow(records, views, 2);
    expect(successorsOf([old('b'), old('a')], now)).toEqual({
      b: { task: 'retire', for: 'x' },
      a: { task: 'retire', for: 'y' },
    });
    const last = surgeNow(of(add('x', 'done')), [added('x')], 1);
    expect(successorsOf([added('x')], last)).toEqual({ x: { task: 'retire' } });
  });

  it('counts as beside who was added, until another is gone for it', () => {
    const records = of(add('x', 'done'), add('y'), retire('a', 'x', 'done'), retire('z', undefined));
    const beside = Object.values(records).filter((one) => isBeside(one, records));
    expect(beside.map(({ name }) => name)).toEqual(['y', 'z']);
  });

  it('gives up on one that never goes', () => {
    const stayed = (attempt: number) => ({ ...retire('x', undefined, 'deferred'), attempt });
    expect(leftOver(of(stayed(2))).map(({ name }) => name)).toEqual(['x']);
    expect(givenUp(of(stayed(2)))).toEqual([]);
    expect(leftOver(of(stayed(4)))).toEqual([]);
    expect(givenUp(of(stayed(4))).map(({ name }) => name)).toEqual(['x']);
    const vanished = { ...stayed(4), outcome: 'failed', code: 'HostVanished' } as const;
    expect(givenUp(of(vanished))).toEqual([]);
    expect(leftOver(of(add('x', 'done'), retire('a', 'x', 'done')))).toEqual([]);
  });
});
