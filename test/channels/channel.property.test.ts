import { array, assert, asyncProperty, check, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Channel, type ChannelEvent, heldBy } from '../../shared/channels/channel.ts';
import type { Line } from '../../shared/workflow/store.ts';
import { lives } from '../support/lives.ts';
import { ills, well } from '../support/world.ts';
import { type Ask, type Lived, liveChannels, order, type Without } from './channel-lives.ts';

const ask = record({
  minute: integer({ min: 0, max: 1500 }),
  what: constantFrom<Ask['what'][]>(
    'promote',
    'promote',
    'enter',
    'enter',
    'enter unproven',
    'roll back',
    'roll back',
    'retry',
    'stop',
    'define',
    'revoke',
  ),
  channel: constantFrom(...order, 'production', 'production'),
  number: constantFrom('1.0.0', '1.1.0', '1.2.0', '1.3.0'),
});
const asks = array(ask, { minLength: 1, maxLength: 14 });

type Moved = Extract<ChannelEvent, { type: 'moved' }>;

/** What was asked for last and let in, by the lines of history alone. */
function lastLetIn(history: readonly Line<ChannelEvent>[]): string | undefined {
  let asked: Moved | undefined;
  let letIn: string | undefined;
  for (const { event } of history) {
    if (event.type === 'moved') asked = event;
    if (event.type === 'stage-done' && event.stage === 'admit') letIn = asked?.wanted.number;
  }
  return letIn;
}

function expectAllWell(lived: Lived): void {
  expect(lived.rollouts.wrongs).toEqual([]);
  for (const name of order) {
    const channel = lived.channels[name];
    const history = lived.histories[name];
    const moves = history.flatMap(({ event }) => (event.type === 'moved' ? [event.wanted] : []));
    for (const { cause, isFirst, proof } of moves) {
      expect(cause === 'rollback' || isFirst || proof.validation !== undefined).toBe(true);
    }
    expect(moves).toHaveLength(channel?.movements ?? 0);
    expect(channel && heldBy(channel)?.number).toBe(lastLetIn(history));
    if (!channel || channel.phase === 'empty') continue;
    expectToBeAtRest(channel, lived.refused);
    if (channel.phase === 'settled') expectToBeWhole(name, channel, lived);
  }
}

/** All rooms know of what the channel holds. */
function expectToBeWhole(
  name: (typeof order)[number],
  channel: Extract<Channel, { phase: 'settled' }>,
  { channels, rollouts, refused, latest, held, told }: Lived,
): void {
  const { number, movement, isPromotion, cause } = channel.holds;
  expect(rollouts.pools.get(name)).toBe(number);
  expect(told.has(`win11.${name}.${movement}`)).toBe(isPromotion || cause === 'rollback');
  if (isPromotion) expect(latest.get(number)).toBe(!refused.has(number));
  const there = [...held].filter(([key, { isHeld }]) => isHeld && key.endsWith(` ${name}`));
  expect(there.map(([key]) => key)).toEqual([`${number} ${name}`]);
  expectTakenBackToBeDark(channel, channels, latest);
}

function expectToBeAtRest(channel: Channel, refused: ReadonlySet<string>): void {
  const number = heldBy(channel)?.number ?? '';
  if (channel.phase !== 'settled') expect([channel.phase, refused.has(number)]).toEqual(['stuck', true]);
}

function expectTakenBackToBeDark(channel: Channel, all: Lived['channels'], latest: Lived['latest']): void {
  const movement = heldBy(channel)?.movement;
  const last = channel.past.find(({ undone, leftFor }) => !undone && leftFor.movement === movement);
  if (!last || last.leftFor.cause !== 'rollback' || !last.isPromotion) return;
  const holders = Object.values(all).filter((one) => {
    const holds = heldBy(one);
    return holds?.number === last.number && holds.isPromotion;
  });
  // Another channel that let go of it for a newer one since leaves it as it found it.
  if (holders.length === 0 && !wasElsewhere(all, channel, last.number)) {
    expect(latest.get(last.number) ?? false).toBe(false);
  }
}

const wasElsewhere = (all: Lived['channels'], here: Channel, number: string) =>
  Object.values(all).some(
    (one) =>
      one.channel !== here.channel && one.past.some((past) => past.number === number && past.isPromotion),
  );

/** One promotion right after the other, in a world that is slow. */
const hasty = array(
  record({
    minute: integer({ min: 0, max: 30 }),
    what: constantFrom<Ask['what']>('promote'),
    channel: constantFrom<Ask['channel']>('production'),
    number: constantFrom('1.0.0', '1.1.0', '1.2.0', '1.3.0'),
  }),
  { minLength: 2, maxLength: 6 },
);
const slow = ills.map((world) => ({ ...world, slowness: 0.4, doubledMessages: 0.5 }));

const isNotHasty = (without: Without = {}) =>
  asyncProperty(slow, hasty, async (world, lot) => expectAllWell(await liveChannels(world, lot, without)));

const comesToAGoodEnd = (without: Without = {}) =>
  asyncProperty(ills, asks, async (world, lot) => expectAllWell(await liveChannels(world, lot, without)));

describe('the channels of a set', () => {
  const { numRuns, timeout } = lives(60);

  it(
    'P1, X1: never bring two versions at once nor an unproven one, and hold what was asked for last, whatever dies or is lost',
    { timeout },
    async () => {
      await assert(comesToAGoodEnd(), { numRuns });
    },
  );

  it('never bring two versions at once, though one comes right after the other', { timeout }, async () => {
    await assert(isNotHasty(), { numRuns: Math.ceil(numRuns / 2) });
  });

  it('P6: take one of two promotions at the same moment, whatever the moment', { timeout }, async () => {
    const both = ['1.0.0', '1.1.0'].map((number): Ask => ({
      minute: 0,
      what: 'promote',
      channel: 'production',
      number,
    }));
    await assert(
      asyncProperty(ills, async (world) => {
        // Nobody dies, so that nobody asks again.
        const lived = await liveChannels({ ...world, deaths: 0 }, both);
        expectAllWell(lived);
        expect((lived.channels.production?.movements ?? 0) + lived.lost).toBeLessThanOrEqual(2);
        expect(lived.channels.production?.movements).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it('come to the same end in a world where nothing goes wrong', async () => {
    const lived = await liveChannels(well, [
      { minute: 0, what: 'promote', channel: 'production', number: '1.0.0' },
      { minute: 600, what: 'promote', channel: 'production', number: '1.1.0' },
      { minute: 605, what: 'roll back', channel: 'production', number: '' },
    ]);
    expectAllWell(lived);
    expect(lived.channels.production).toMatchObject({
      phase: 'settled',
      holds: { number: '1.0.0', movement: 3 },
    });
  });

  it.each([
    ['the sweeper', comesToAGoodEnd({ sweeper: true })],
    ['the ETags', isNotHasty({ etags: true })],
    ['rollouts that ask whether they are wanted', isNotHasty({ asking: true })],
  ] as const)('would not be without %s', { timeout: 60_000 }, async (_, property) => {
    const { failed } = await check(property, {
      seed: 4,
      numRuns: 1000,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
