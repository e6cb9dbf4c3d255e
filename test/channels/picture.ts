import { type Channel, type ChannelEvent, channelLife, heldBy } from '../../shared/channels/channel.ts';
import type { Drawn } from '../support/diagram.ts';
import { backTo, done, fails, overdue, retried, stopped, to, type Told } from './movements.ts';

/** To a version that is newer than all before. */
const onward: Told = (channel, minute) => to(`1.${(channel?.movements ?? 0) + 1}.0`)(channel, minute);
/** Back to one that the channel does not hold. */
const back: Told = (channel, minute) => {
  const held = channel && heldBy(channel)?.number;
  return backTo(held === '0.1.0' ? '0.2.0' : '0.1.0')(channel, minute);
};

/** The life of a channel, for the picture of it: every event that could come to each state. */
export const channelPicture: Drawn<Channel, ChannelEvent> = {
  life: channelLife,
  begins: onward(undefined, 0),
  label: labelOf,
  key: (channel) => {
    const before = channel.phase === 'moving' ? channel.before : undefined;
    const behind = before && [before.phase, 'stage' in before && before.stage];
    return JSON.stringify([labelOf(channel), 'stage' in channel && channel.stage, behind]);
  },
  events: (channel) =>
    [onward, back, done, fails, overdue, retried, stopped].map((told) =>
      told(channel, channel.movements + 1),
    ),
};

function labelOf(channel: Channel): string {
  return channel.phase === 'moving' ? channel.standing.stage : channel.phase;
}
