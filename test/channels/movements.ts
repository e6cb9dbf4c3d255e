import {
  type Channel,
  type ChannelEvent,
  channelLife,
  heldBy,
  type Stage,
} from '../../shared/channels/channel.ts';
import type { Wanted } from '../../shared/channels/holding.ts';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const named = { set: 'win11', channel: 'production' } as const;

/** What happens next, told as it would be of the channel as it stands. */
export type Told = (channel: Channel | undefined, minute: number) => ChannelEvent;

export const wanted = (number: string, more: Partial<Wanted> = {}): Wanted => ({
  request: `to ${number}`,
  number,
  versionId: `win11.${number}`,
  imageVersionId: `/versions/${number}`,
  cause: 'release',
  isPromotion: true,
  isFirst: false,
  by: 'ann',
  reason: '',
  proof: { validation: `win11.${number}.test.1` },
  ...more,
});

export const to =
  (number: string, more: Partial<Wanted> = {}): Told =>
  (channel, minute) => ({
    type: 'moved',
    ...named,
    onto: channel?.revision ?? 0,
    wanted: wanted(number, more),
    at: minutesAfter(noon, minute),
  });
export const backTo = (number: string, more: Partial<Wanted> = {}) =>
  to(number, { cause: 'rollback', request: `back to ${number}`, proof: {}, ...more });

const answer = (channel: Channel | undefined, minute: number) => {
  const standing = channel?.phase === 'moving' ? channel.standing : { stage: 'admit' as const, look: 0 };
  return { stage: standing.stage, look: standing.look, at: minutesAfter(noon, minute) };
};
const why = failure('Revoked', 'it was revoked');
export const done: Told = (channel, minute) => ({ type: 'stage-done', ...answer(channel, minute) });
export const fails: Told = (channel, minute) => ({
  type: 'stage-failed',
  ...answer(channel, minute),
  failure: why,
});
export const overdue: Told = (channel, minute) => ({
  type: 'stage-overdue',
  ...answer(channel, minute),
  failure: failure('Overdue', 'late'),
});
export const waits: Told = (channel, minute) => ({
  type: 'stage-running',
  ...answer(channel, minute),
  lookAt: minutesAfter(noon, minute),
  facts: { rollouts: ['r-1'] },
});
const movementOf = (channel: Channel | undefined) => (channel && heldBy(channel)?.movement) ?? 0;
export const retried: Told = (channel, minute) => ({
  type: 'retried',
  movement: movementOf(channel),
  by: 'ann',
  at: minutesAfter(noon, minute),
});
export const stopped: Told = (channel, minute) => ({
  type: 'stopped',
  movement: movementOf(channel),
  by: 'ann',
  reason: 'enough',
  at: minutesAfter(noon, minute),
});
export const defined: Told = (channel, minute) => ({
  type: 'defined',
  ...named,
  policy: { soakHours: 24 },
  onto: channel?.revision ?? 0,
  by: 'ann',
  at: minutesAfter(noon, minute),
});
/** Decided on what the channel was before the last change. */
export const tooLate =
  (told: Told): Told =>
  (channel, minute) => {
    const event = told(channel, minute);
    return 'onto' in event ? { ...event, onto: event.onto - 1 } : event;
  };

/** The channel after all of this, a minute apart. */
export function after(...story: Told[]): Channel {
  const channel = story.reduce<Channel | undefined>(
    (before, told, index) => channelLife.evolve(before, told(before, index + 1)),
    undefined,
  );
  if (!channel) throw new Error('no channel');
  return channel;
}

const order: readonly Stage[] = ['admit', 'stop', 'include', 'announce', 'roll', 'exclude'];
/** As many stages done as bring a movement to this one. */
export const upTo = (stage: Stage): Told[] => order.slice(0, order.indexOf(stage)).map(() => done);
export const applied: Told[] = [...upTo('exclude'), done];

/** Where the channel stands and what it holds: `roll 1.1.0`. */
export function where(channel: Channel): string {
  if (channel.phase === 'empty') return 'empty';
  const { phase, holds } = channel;
  const at = phase === 'moving' ? channel.standing.stage : phase;
  const stage = phase === 'stuck' ? ` in ${channel.stage}` : '';
  return `${at} ${holds.number}${stage}`;
}
