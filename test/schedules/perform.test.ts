import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { PutSchedule } from '../../shared/schedules/request-bodies.ts';
import { scheduleRoom } from '../../shared/schedules/room.ts';
import { memoryRows } from '../support/memory-rows.ts';

const monday = '2026-01-05T20:00:00.000Z';
const yearEnd = { from: '2026-01-05T21:00:00Z', until: '2026-01-08T00:00:00Z', reason: 'year end' };
const weekly = {
  when: { kind: 'weekly', days: ['Mon'], at: '20:00', timeZone: 'UTC' },
  request: { imageSet: 'win11' },
};

/** A schedule whose source of versions is told what to answer: what is under way, and what cannot be had. */
async function scheduled(more: object = {}) {
  const state = {
    now: '2026-01-05T12:00:00.000Z',
    open: false,
    isDown: false,
    gone: undefined as AppError | undefined,
  };
  const made: string[] = [];
  const room = scheduleRoom({
    images: {
      channelsOf: async () => ['test'],
      async request(_, __, request) {
        if (state.isDown) throw new AppError('AzureUnavailable', 'nobody answers');
        if (!made.includes(request)) made.push(request);
        return `1.${made.indexOf(request)}.0`;
      },
      underWay: async () => (state.open ? 'it is being built' : undefined),
      source: async () => (state.gone ? await Promise.reject(state.gone) : { source: 's1', isNew: true }),
    },
    rows: memoryRows(),
    due: memoryRows(),
    wake: async () => {},
    now: () => state.now,
  });
  const put = async (change: object = {}) =>
    await room.requests.put('s', PutSchedule.parse({ ...weekly, ...more, ...change }));
  /** Passes to that moment, and looks until nothing is to be done then. */
  const lookAt = async (at: string) => {
    state.now = at;
    for (let look = 0; look < 4; look += 1) await room.advance('s');
    return await room.requests.get('s');
  };
  await put();
  return { state, made, put, lookAt, requests: room.requests };
}

/** A run of the Monday after, which waits because what the first began is not over. */
async function waiting(more: object = {}) {
  const one = await scheduled(more);
  await one.lookAt(monday);
  one.state.open = true;
  const next = minutesAfter(monday, 7 * 24 * 60);
  expect(await one.lookAt(next)).toMatchObject({
    pending: { waitingFor: 'version 1.0.0: it is being built' },
  });
  return { ...one, next };
}

describe('a run that waits', () => {
  const blackout = { from: '2026-01-12T22:00:00Z', until: '2026-01-25T00:00:00Z', reason: 'year end' };

  it('for the version before does not begin in a blackout that has begun meanwhile, but after it', async () => {
    const { state, made, lookAt } = await waiting({ blackouts: [blackout] });
    state.open = false;
    expect(await lookAt('2026-01-13T00:00:00.000Z')).toMatchObject({
      pending: { waitingFor: 'the end of a blackout: year end', lookAt: '2026-01-25T00:00:00.000Z' },
    });
    expect(made).toHaveLength(1);
    const after = await lookAt('2026-01-25T00:00:00.000Z');
    expect(after.runs[1]).toMatchObject({ state: 'started', dueAt: minutesAfter(monday, 7 * 24 * 60) });
    // It makes up for the Monday that lay in the blackout, too.
    expect(made.slice(1)).toEqual(['schedule-s-due-2026-01-12T20-00-00-000Z']);
    expect(after.nextAt).toBe('2026-01-26T20:00:00.000Z');
  });

  it('for the end of a blackout leaves what is due at that very moment to be due', async () => {
    const until = minutesAfter(monday, 14 * 24 * 60);
    const { lookAt } = await scheduled({ blackouts: [{ ...yearEnd, from: monday, until }] });
    await lookAt(monday);
    const { runs } = await lookAt(until);
    expect(runs.map(({ dueAt, state }) => [dueAt, state])).toEqual([
      [monday, 'started'],
      [until, 'started'],
    ]);
  });

  it('is left out in that blackout where the policy says so', async () => {
    const { state, made, lookAt } = await waiting({ blackouts: [blackout], inBlackout: 'skip' });
    state.open = false;
    expect((await lookAt('2026-01-13T00:00:00.000Z')).runs.at(-1)).toMatchObject({
      state: 'skipped',
      reason: 'blackout: year end',
    });
    expect(made).toHaveLength(1);
  });

  it('begins no more once its schedule is disabled', async () => {
    const { state, made, put, lookAt, next } = await waiting();
    await put({ enabled: false });
    state.open = false;
    expect(await lookAt(minutesAfter(next, 60))).toMatchObject({
      runs: [{}, { state: 'skipped', reason: 'function key disabled the schedule' }],
    });
    expect(made).toHaveLength(1);
  });
});

describe('a run whose version is asked for', () => {
  it('is asked for until somebody hears of it, whatever is said of the schedule meanwhile', async () => {
    const { state, made, put, lookAt } = await scheduled();
    state.isDown = true;
    await lookAt(monday);
    await put({ enabled: false, blackouts: [yearEnd], inBlackout: 'skip' });
    state.isDown = false;
    expect(await lookAt('2026-01-06T00:00:00.000Z')).toMatchObject({ runs: [{ state: 'started' }] });
    expect(made).toEqual(['schedule-s-due-2026-01-05T20-00-00-000Z']);
  });

  it('is given up after a week in which it could not be had', async () => {
    const { state, lookAt } = await scheduled();
    state.isDown = true;
    await lookAt(monday);
    expect((await lookAt(minutesAfter(monday, 7 * 24 * 60))).runs.at(-1)).toMatchObject({
      state: 'failed',
      failure: { code: 'Overdue', message: expect.stringContaining('nobody answers') },
    });
  });
});

describe('a source that nobody finds', () => {
  const sourced = { when: { kind: 'new-source', everyHours: 6 } };
  const gone = new AppError('SourceNotFound', 'There is no gallery version x.');

  it('is said of the schedule, and told once, until it is found', async () => {
    const { state, made, lookAt, requests } = await scheduled(sourced);
    state.gone = gone;
    const since = '2026-01-05T12:00:00.000Z';
    const failed = { code: 'SourceNotFound', message: gone.message, remedy: expect.any(String), since };
    expect(await lookAt(since)).toMatchObject({ sourceFailure: failed });
    expect(await lookAt('2026-01-05T18:00:00.000Z')).toMatchObject({ sourceFailure: failed });
    const types = async () => (await requests.history('s')).value.map(({ event }) => event.type);
    expect(await types()).toEqual(['defined', 'source-missed']);
    state.gone = undefined;
    expect(await lookAt('2026-01-06T00:00:00.000Z')).not.toHaveProperty('sourceFailure');
    expect(made).toHaveLength(1);
  });

  it('because Azure does not answer is no news', async () => {
    const { state, lookAt, requests } = await scheduled(sourced);
    state.gone = new AppError('AzureUnavailable', 'nobody answers');
    expect(await lookAt('2026-01-05T12:00:00.000Z')).toMatchObject({
      sourceFailure: { message: 'nobody answers' },
    });
    expect((await requests.history('s')).value).toHaveLength(1);
  });
});

describe('a run by hand', () => {
  it('asked for again by the same request is found, and by another is refused while it waits', async () => {
    const { state, made, lookAt, requests } = await scheduled();
    await requests.runNow('s', {}, 'r1');
    expect(await requests.runNow('s', {}, 'r1')).toMatchObject({ runs: [{ id: 'hand-r1' }] });
    state.open = true;
    for (const _ of [1, 2])
      expect(await requests.runNow('s', {}, 'r2')).toMatchObject({ pending: { run: { id: 'hand-r2' } } });
    await expect(requests.runNow('s', {}, 'r3')).rejects.toMatchObject({ code: 'InvalidPhase' });
    state.open = false;
    await lookAt('2026-01-05T13:00:00.000Z');
    expect(made).toEqual(['schedule-s-hand-r1', 'schedule-s-hand-r2']);
  });
});

describe('a cron expression', () => {
  const taken = (expression: string) =>
    PutSchedule.safeParse({ ...weekly, when: { kind: 'cron', expression, timeZone: 'UTC' } }).success;

  it.each([
    '* * * * *',
    '0,30 20 * * *',
    '0,1 0 * * *',
    '10,20 0 1 * *',
    '0 0 31 2 *',
    '@daily',
    '0 0 0 * * *',
  ])('that is due more than once an hour, never, or not of five fields is refused: %s', (expression) =>
    expect(taken(expression)).toBe(false),
  );

  it.each(['0 * * * *', '0 20 * * SAT#2', '30 2 29 2 *', '1 0 * * *'])(
    'that is due seldom is taken: %s',
    (one) => expect(taken(one)).toBe(true),
  );
});

describe('a preview', () => {
  it('says when a run begins that falls into blackouts which follow one another', async () => {
    const then = { from: yearEnd.until, until: '2026-01-14T00:00:00Z', reason: 'move' };
    const early = { ...yearEnd, from: '2026-01-05T00:00:00Z' };
    const { requests } = await scheduled({ blackouts: [early, then] });
    expect(await requests.preview('s', 2)).toEqual([
      { at: monday, becomes: 'later', reason: 'year end', beginsAt: '2026-01-14T00:00:00.000Z' },
      { at: '2026-01-12T20:00:00.000Z', becomes: 'skipped', reason: 'move' },
    ]);
  });
});
