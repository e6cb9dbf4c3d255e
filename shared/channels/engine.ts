import type { Instant } from '../instant.ts';
import { Engine, type EngineParts } from '../workflow/engine.ts';
import { lookAtStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { ensureAdmitted } from './admit.ts';
import { type Announce, ensureAnnounced } from './announce.ts';
import {
  type Channel,
  type ChannelEvent,
  channelLife,
  type Facts,
  type Moving,
  type Stage,
} from './channel.ts';
import { ensureExcluded, ensureIncluded, type PromotedIn } from './include.ts';
import type { About, Rollouts, Versions } from './ports.ts';
import { ensureRolled } from './roll.ts';
import type { EnsureChannelStage } from './stage.ts';
import { ensureStopped } from './stop.ts';

export type ChannelEngine = Engine<Channel, ChannelEvent, StageCommand>;

interface Parts extends Pick<
  EngineParts<Channel, ChannelEvent, StageCommand>,
  'store' | 'wake' | 'onNews' | 'feed'
> {
  readonly versions: Versions;
  readonly rollouts: Rollouts;
  readonly announce: Announce;
  readonly about: About;
  readonly promotedIn: PromotedIn;
  readonly now: () => Instant;
}

/** What moves channels from one version to the next, stage by stage. */
export function channelEngine(all: Parts): ChannelEngine {
  const { versions, rollouts, announce, about, promotedIn, ...parts } = all;
  const stages: Record<Stage, EnsureChannelStage> = {
    admit: ensureAdmitted(versions),
    stop: ensureStopped(rollouts),
    include: ensureIncluded(versions, promotedIn),
    announce: ensureAnnounced(announce, about),
    roll: ensureRolled(rollouts),
    exclude: ensureExcluded(versions, promotedIn),
  };
  const look = lookAtStage<Stage, Moving, Facts>({ stages, now: parts.now });
  return new Engine({
    ...parts,
    workflow: channelLife,
    perform: async (id, command, channel) => {
      if (channel.phase !== 'moving') throw new Error(`${id} is ${channel.phase} and calls for nothing`);
      return await look(id, command, channel, channel.standing);
    },
  });
}
