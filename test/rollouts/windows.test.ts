import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import type { MaintenanceWindow } from '../../shared/rollouts/pool.ts';
import { fitOf, spansOf } from '../../shared/rollouts/windows.ts';

const everyDay = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const window = (
  times: string,
  timeZone: string,
  days: MaintenanceWindow['days'] = everyDay,
): MaintenanceWindow => {
  const [start = '', end = ''] = times.split('-');
  return { start, end, timeZone, days };
};
/** The next stretch in which it is open, as UTC shows it. */
const next = (windows: readonly MaintenanceWindow[], at: string) => {
  const [span] = spansOf(windows, at);
  return span && `${span.from.slice(0, 16)} ${span.until.slice(0, 16)}`;
};

describe('R8: a maintenance window opens and closes by the clock of its own zone', () => {
  const table: [title: string, window: MaintenanceWindow, at: string, span: string][] = [
    [
      'in winter',
      window('20:00-23:00', 'Europe/Berlin'),
      '2026-01-05T12:00Z',
      '2026-01-05T19:00 2026-01-05T22:00',
    ],
    [
      'in summer',
      window('20:00-23:00', 'Europe/Berlin'),
      '2026-07-06T12:00Z',
      '2026-07-06T18:00 2026-07-06T21:00',
    ],
    [
      'over midnight',
      window('22:00-05:00', 'Europe/Berlin'),
      '2026-01-05T12:00Z',
      '2026-01-05T21:00 2026-01-06T04:00',
    ],
    [
      'after midnight, begun the day before',
      window('22:00-05:00', 'Europe/Berlin'),
      '2026-01-05T02:00Z',
      '2026-01-04T21:00 2026-01-05T04:00',
    ],
    [
      'on the day it begins',
      window('22:00-05:00', 'Europe/Berlin', ['Sat']),
      '2026-01-05T12:00Z',
      '2026-01-10T21:00 2026-01-11T04:00',
    ],
    [
      'on a day that is another day in UTC',
      window('02:00-04:00', 'Asia/Tokyo', ['Sun']),
      '2026-01-05T12:00Z',
      '2026-01-10T17:00 2026-01-10T19:00',
    ],
    [
      'all day',
      window('00:00-00:00', 'Etc/UTC', ['Wed']),
      '2026-01-05T12:00Z',
      '2026-01-07T00:00 2026-01-08T00:00',
    ],
    [
      'half an hour off',
      window('20:00-22:00', 'Asia/Kolkata'),
      '2026-01-05T12:00Z',
      '2026-01-05T14:30 2026-01-05T16:30',
    ],
    // Berlin, 29 March 2026: 02:00 is 03:00.
    [
      'over the hour that spring takes',
      window('01:00-05:00', 'Europe/Berlin'),
      '2026-03-28T23:30Z',
      '2026-03-29T00:00 2026-03-29T03:00',
    ],
    [
      'until a time that spring leaves out',
      window('01:00-02:30', 'Europe/Berlin'),
      '2026-03-28T23:30Z',
      '2026-03-29T00:00 2026-03-29T01:00',
    ],
    [
      'from a time that spring leaves out',
      window('02:30-05:00', 'Europe/Berlin'),
      '2026-03-29T00:30Z',
      '2026-03-29T01:00 2026-03-29T03:00',
    ],
    [
      'not within the hour that spring takes',
      window('02:10-02:50', 'Europe/Berlin'),
      '2026-03-29T00:30Z',
      '2026-03-30T00:10 2026-03-30T00:50',
    ],
    // Berlin, 25 October 2026: 03:00 is 02:00 again.
    [
      'over the hour that autumn gives',
      window('01:00-05:00', 'Europe/Berlin'),
      '2026-10-24T22:30Z',
      '2026-10-24T23:00 2026-10-25T04:00',
    ],
    [
      'until a time that autumn shows twice: the first',
      window('01:00-02:30', 'Europe/Berlin'),
      '2026-10-24T22:30Z',
      '2026-10-24T23:00 2026-10-25T00:30',
    ],
    [
      'from a time that autumn shows twice: the first',
      window('02:30-05:00', 'Europe/Berlin'),
      '2026-10-24T22:30Z',
      '2026-10-25T00:30 2026-10-25T04:00',
    ],
    // New York, 8 March and 1 November 2026.
    [
      'in New York in spring',
      window('22:00-06:00', 'America/New_York'),
      '2026-03-07T20:00Z',
      '2026-03-08T03:00 2026-03-08T10:00',
    ],
    [
      'in New York in autumn',
      window('22:00-06:00', 'America/New_York'),
      '2026-10-31T20:00Z',
      '2026-11-01T02:00 2026-11-01T11:00',
    ],
    // Sydney turns the other way round: 5 April and 4 October 2026.
    [
      'in Sydney in autumn',
      window('01:00-04:00', 'Australia/Sydney'),
      '2026-04-04T12:00Z',
      '2026-04-04T14:00 2026-04-04T18:00',
    ],
    [
      'in Sydney in spring',
      window('01:00-04:00', 'Australia/Sydney'),
      '2026-10-03T12:00Z',
      '2026-10-03T15:00 2026-10-03T17:00',
    ],
    // Lord Howe Island turns by half an hour: 5 April and 4 October 2026.
    [
      'on Lord Howe Island in autumn',
      window('01:00-03:00', 'Australia/Lord_Howe'),
      '2026-04-04T12:00Z',
      '2026-04-04T14:00 2026-04-04T16:30',
    ],
    [
      'on Lord Howe Island in spring',
      window('01:00-03:00', 'Australia/Lord_Howe'),
      '2026-10-03T12:00Z',
      '2026-10-03T14:30 2026-10-03T16:00',
    ],
    // Cairo, 24 April 2026: midnight is one o'clock.
    [
      'in Cairo, where spring takes midnight',
      window('00:00-03:00', 'Africa/Cairo', ['Fri']),
      '2026-04-23T12:00Z',
      '2026-04-23T22:00 2026-04-24T00:00',
    ],
    [
      'in Cairo, until the midnight that spring takes',
      window('22:00-00:00', 'Africa/Cairo', ['Thu']),
      '2026-04-23T12:00Z',
      '2026-04-23T20:00 2026-04-23T22:00',
    ],
  ];
  it.each(table)('%s', (_, one, at, span) => {
    expect(next([one], new Date(at).toISOString())).toBe(span);
  });

  it('and several that touch are one', () => {
    const weekend = [window('20:00-00:00', 'Etc/UTC', ['Sat']), window('00:00-06:00', 'Etc/UTC', ['Sun'])];
    expect(next(weekend, '2026-01-05T12:00:00.000Z')).toBe('2026-01-10T20:00 2026-01-11T06:00');
    const zones = [window('20:00-22:00', 'Europe/Berlin'), window('20:30-22:00', 'Europe/London')];
    expect(next(zones, '2026-01-05T12:00:00.000Z')).toBe('2026-01-05T19:00 2026-01-05T22:00');
  });

  it('for as long as its times say, but on the two nights when the clock is changed', () => {
    const zone = constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Sydney',
      'Asia/Kolkata',
      'Etc/UTC',
    );
    assert(
      property(integer({ min: 0, max: 5000 }), zone, (day, timeZone) => {
        const at = minutesAfter('2020-01-01T12:00:00.000Z', day * 1440);
        for (const { from, until } of spansOf([window('21:00-05:00', timeZone)], at)) {
          const shownAt = (instant: string) =>
            new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(new Date(instant));
          expect([shownAt(from), shownAt(until)]).toEqual(['21:00', '05:00']);
          expect([7, 8, 9]).toContain(secondsBetween(from, until) / 3600);
        }
      }),
    );
  });
});

describe('R8: work begins in a window only if it can end there', () => {
  const nightly = [window('20:00-23:00', 'Etc/UTC')];
  const at = (time: string) => `2026-01-05T${time}:00.000Z`;
  const table: [
    title: string,
    windows: readonly MaintenanceWindow[],
    time: string,
    minutes: number,
    fit: object,
  ][] = [
    ['always, where there is no window', [], '12:00', 600, { fits: true }],
    ['from its opening', nightly, '20:00', 180, { fits: true, until: at('23:00') }],
    ['not a second too long', nightly, '20:00', 181, { fits: false, closesAt: at('23:00') }],
    [
      'not too late',
      nightly,
      '22:30',
      31,
      { fits: false, closesAt: at('23:00'), opensAt: '2026-01-06T20:00:00.000Z' },
    ],
    ['not before it', nightly, '19:59', 30, { fits: false, opensAt: at('20:00') }],
    ['not once it has closed', nightly, '23:00', 1, { fits: false, opensAt: '2026-01-06T20:00:00.000Z' }],
    ['never, where no window is that long', nightly, '12:00', 200, { fits: false }],
    [
      'in the next that is long enough',
      [...nightly, window('00:00-06:00', 'Etc/UTC', ['Sun'])],
      '12:00',
      200,
      { fits: false, opensAt: '2026-01-11T00:00:00.000Z' },
    ],
  ];
  it.each(table)('%s', (_, windows, time, minutes, fit) => {
    expect(fitOf(windows, at(time), minutes * 60)).toEqual(fit);
  });
});
