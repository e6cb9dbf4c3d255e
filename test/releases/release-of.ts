import { approvalRoom } from '../../shared/approvals/room.ts';
import { type Failure, failure } from '../../shared/errors.ts';
import type { Release } from '../../shared/releases/course.ts';
import type { ChannelPolicy, VersionStanding } from '../../shared/releases/ports.ts';
import { releaseRoom } from '../../shared/releases/room.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { well, World } from '../support/world.ts';
import { type Fate, SmallChannels } from './small-channels.ts';
import { type Outcome, SmallGates } from './small-gates.ts';

export const id = 'win11.1.1.0';
export const number = '1.1.0';
export const [set, names] = ['win11', ['test', 'pilot', 'production']] as const;

export const automatic: ChannelPolicy = {
  entry: 'automatic',
  soakHours: 0,
  approval: { quorum: 1, notRequester: false, days: 2 },
};
export const approved: ChannelPolicy = { ...automatic, entry: 'approved' };

interface Lot {
  readonly policies?: Readonly<Record<string, ChannelPolicy>>;
  readonly outcomes?: readonly Outcome[];
  readonly fates?: readonly Fate[];
  readonly channels?: readonly string[];
  /** What happens in the very moment before the channel hears that it is to be entered. */
  readonly beforeEnter?: () => Promise<void>;
  /** And before an approval is asked for. */
  readonly beforeAsk?: () => Promise<void>;
}

/** A release of 1.1.0 in a world in which nothing goes wrong by itself; every channel had 1.0.0. */
export async function releaseOf({
  policies = {},
  outcomes = [],
  fates = [],
  channels: order = names,
  beforeEnter,
  beforeAsk,
}: Lot = {}) {
  const world = new World(well);
  const { now } = world;
  const [due, next] = [memoryRows(), { outcomes: [...outcomes], fates: [...fates] }];
  const parts = {
    now,
    after: (minutes: number, run: () => void) => world.after(minutes * 60, run),
    minutes: () => 20,
  };
  const gates = new SmallGates({ ...parts, outcome: () => next.outcomes.shift() ?? 'passed' });
  const channels = new SmallChannels({
    ...parts,
    names: order,
    policies: Object.fromEntries(order.map((name) => [name, policies[name] ?? automatic])),
    fate: () => next.fates.shift() ?? 'applied',
  });
  for (const name of order) channels.put(name, '1.0.0');
  const version: { status: VersionStanding['status']; failure?: Failure; canceledBy?: string } = {
    status: 'available',
  };
  const approvals: ReturnType<typeof approvalRoom> = approvalRoom({
    releases: {
      nudge: async (which) => await releases.port.nudge(which),
      waitsFor: async (which) => await releases.port.waitsFor(which),
    },
    rows: memoryRows(),
    due,
    wake: world.queue(async (which) => await approvals.advance(which)),
    now,
  });
  const releases: ReturnType<typeof releaseRoom> = releaseRoom({
    versions: {
      standing: async (_, which) =>
        which === number
          ? {
              versionId: id,
              number,
              status: version.status,
              regionsCompleted: 0,
              requestedBy: 'ana',
              requestedAt: now(),
              notes: 'patches of January',
              ...(version.status !== 'building' && { imageVersionId: '/v' }),
              ...(version.failure && { failure: version.failure }),
            }
          : undefined,
      refusal: async () =>
        version.status === 'revoked'
          ? failure('Revoked', 'It was revoked by eve: it loses data.')
          : undefined,
      cancel: async (_, __, by) => {
        version.canceledBy = by;
        version.status = 'canceled';
      },
    },
    channels: {
      ...channels.port,
      standing: async (...asked) => await channels.port.standing(...asked),
      enter: async (asked) => {
        await beforeEnter?.();
        return await channels.port.enter(asked);
      },
    },
    gates: gates.port,
    approvals: {
      ...approvals.port,
      ensureAsked: async (asked) => {
        await beforeAsk?.();
        return await approvals.port.ensureAsked(asked);
      },
    },
    rollouts: channels.rollouts,
    channelsOf: async (which) => (which === set ? order : undefined),
    rows: memoryRows(),
    due,
    wake: world.queue(async (which) => await releases.advance(which)),
    now,
  });
  const { requests, port } = releases;
  /** Until it stands like this, within days. */
  const until = async (isSo: (release: Release) => boolean, days = 5): Promise<Release> => {
    await world.passUntil(async () => isSo(await requests.get(id)), { days });
    return await requests.get(id);
  };
  const at = (stage: string, channel: string) => (release: Release) =>
    'standing' in release &&
    release.phase !== 'stopping' &&
    (release.phase === 'blocked' ? `blocked ${release.stage}` : release.standing.stage) === stage &&
    release.channels[release.index] === channel;
  const start = async (more: { upTo?: string } = {}) =>
    await port.start({ set, number, channels: order, by: 'ana', reason: 'patches', ...more });
  return { ...releases, approvals, channels, gates, version, world, until, at, start };
}

export const isBlocked = ({ phase }: Release) => phase === 'blocked';
export const isEnded = (release: Release) => !('standing' in release);
