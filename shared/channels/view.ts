import type { Failure } from '../errors.ts';
import type { Channel } from './channel.ts';
import type { Holding, Past } from './holding.ts';
import type { ChannelPolicy } from './policy.ts';
import type { Ring } from './rings.ts';

/** A channel as others go by it: its policy filled in, what it holds, and how that stands. */
export interface ChannelStanding {
  readonly set: string;
  readonly channel: string;
  readonly first: boolean;
  readonly only: boolean;
  readonly policy: ChannelPolicy;
  readonly revision: number;
  readonly holds?: Holding;
  readonly phase: Channel['phase'];
  readonly failure?: Failure;
  readonly waitingFor?: string;
}

export function standingOf({
  set,
  channel,
  first,
  only,
  policy,
  revision,
  state,
  holds,
}: Ring): ChannelStanding {
  const known = { set, channel, first, only, policy, revision };
  if (!state || !holds) return { ...known, phase: 'empty' };
  const held = { ...known, holds, phase: state.phase };
  if (state.phase === 'stuck') return { ...held, failure: state.failure };
  if (state.phase !== 'moving') return held;
  return { ...held, waitingFor: state.standing.waitingFor || state.standing.stage };
}

/** A channel as the API shows it. */
export function channelView(ring: Ring) {
  const { set, channel, first, only, policy, revision, state, holds } = ring;
  return {
    imageSet: set,
    name: channel,
    first,
    only,
    policy,
    revision,
    status: state?.phase ?? 'empty',
    ...(holds && { holds: holdingView(holds) }),
    ...whereItStands(ring),
    past: (state?.past ?? []).map(pastView),
  };
}

function whereItStands({ state }: Ring) {
  switch (state?.phase) {
    case 'moving': {
      const { stage, since, waitingFor, lookAt, deadline } = state.standing;
      return { stage, since, waitingFor: waitingFor || stage, nextLookAt: lookAt, deadline };
    }
    case 'stuck':
      return { stage: state.stage, since: state.at, failure: state.failure };
    case 'settled':
      return { since: state.at };
    case 'empty':
    case undefined:
      return {};
  }
}

function holdingView({ number, movement, cause, by, reason, at, appliedAt, proof, rollouts }: Holding) {
  const applied = appliedAt === undefined ? {} : { appliedAt };
  return { version: number, movement, cause, by, reason, at, ...applied, proof, rollouts };
}

function pastView(past: Past) {
  const { leftAt, leftFor, undone } = past;
  const { rollouts: _, ...held } = holdingView(past);
  const { movement, number: version, cause } = leftFor;
  return { ...held, leftAt, leftFor: { movement, version, cause }, ...(undone && { undone }) };
}
