import type { Announcement } from '../../shared/channels/announce.ts';
import { type Channel, type ChannelEvent, heldBy } from '../../shared/channels/channel.ts';
import type { Versions } from '../../shared/channels/ports.ts';
import { channelRoom } from '../../shared/channels/room.ts';
import { AppError, type Failure, failure, hasCode } from '../../shared/errors.ts';
import { type Line, WorkflowStore } from '../../shared/workflow/store.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import type { Random } from '../support/random.ts';
import { type Ills, World } from '../support/world.ts';
import { SmallRollouts } from './small-rollouts.ts';

export const order = ['test', 'pilot', 'production'] as const;
export type Name = (typeof order)[number];

/** What somebody asks for, and when. */
export interface Ask {
  readonly minute: number;
  readonly what:
    | 'promote'
    | 'enter'
    | 'enter unproven'
    | 'roll back'
    | 'retry'
    | 'stop'
    | 'define'
    | 'revoke';
  readonly channel: Name;
  readonly number: string;
}

export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
  /** Rollouts begin without asking whether anybody wants them still. */
  readonly asking?: true;
}

export interface Lived {
  readonly channels: Readonly<Partial<Record<Name, Channel>>>;
  readonly histories: Readonly<Record<Name, readonly Line<ChannelEvent>[]>>;
  readonly rollouts: SmallRollouts;
  readonly refused: ReadonlySet<string>;
  readonly latest: ReadonlyMap<string, boolean>;
  /** By number and channel: whether the version thinks it is held. */
  readonly held: ReadonlyMap<string, { readonly movement: number; readonly isHeld: boolean }>;
  readonly told: ReadonlyMap<string, Announcement>;
  /** How many promotions by hand were refused because somebody else was first. */
  readonly lost: number;
}

const proof = { validation: 'v' };

/** Three channels until nothing more comes of them, whatever people ask meanwhile. */
export async function liveChannels(ills: Ills, asks: readonly Ask[], without: Without = {}): Promise<Lived> {
  // Now and then a call takes so long that the channel has moved on before it lands.
  const callSeconds = (random: Random) => (random.happens(ills.slowness / 2) ? random.between(0, 600) : 0);
  const world = new World(ills, { sweeping: !without.sweeper, callSeconds });
  const { now } = world;
  const [rows, due] = [memoryRows(), memoryRows()];
  const seen = new WorkflowStore<Channel, ChannelEvent>('channel', rows, due);
  const refused = new Set<string>();
  const latest = new Map<string, boolean>();
  const busyUntil = new Map<string, string>();
  const held = new Map<string, { movement: number; isHeld: boolean }>();
  const told = new Map<string, Announcement>();
  const why = (number: string): Failure | undefined =>
    refused.has(number) ? failure('Revoked', `${number} was revoked`) : undefined;
  const versions: Versions = {
    standing: async (set, number) => ({ versionId: `${set}.${number}`, imageVersionId: `/v/${number}` }),
    refusal: async (_, number) => why(number),
    ensureInLatest: async (_, number, included) => {
      if (included && refused.has(number)) return { status: 'failed', failure: failure('Revoked', number) };
      if (latest.get(number) === included) return { status: 'done' };
      if ((busyUntil.get(number) ?? '') <= now()) {
        latest.set(number, included);
        busyUntil.set(number, new Date(Date.parse(now()) + world.random.between(0, 600_000)).toISOString());
      }
      return { status: 'running', waitingFor: 'Azure', lookAgainInSeconds: 15 };
    },
    held: async ({ number, channel, movement, isHeld }) => {
      const key = `${number} ${channel}`;
      if ((held.get(key)?.movement ?? -1) <= movement) held.set(key, { movement, isHeld });
    },
  };
  const rollouts = new SmallRollouts(
    world,
    {
      isUnderWay: async (movement) => without.asking === true || (await room.port.isUnderWay(movement)),
      isRefused: (number) => refused.has(number),
    },
    world.random.whole(0, 3),
  );
  const room: ReturnType<typeof channelRoom> = channelRoom({
    orderOf: async () => order,
    // Only what asks Azure fails as Azure does; the rest is our own tables.
    versions: {
      ...versions,
      ...world.port({ ensureInLatest: versions.ensureInLatest }, { ensureInLatest: 60 }),
    },
    rollouts: world.port(rollouts.port(), { ensureRolledOut: 60, setAside: 60, stopRollouts: 60 }),
    proofFor: async () => ({ ok: true, proof }),
    about: async () => ({ source: 's', notes: '', regions: [] }),
    announce: async (id, announcement) => {
      if (!told.has(id)) told.set(id, announcement);
    },
    nudge: async () => {},
    rows: world.rows(without.etags ? blind(rows) : rows),
    due: world.rows(due),
    wake: world.queue(
      async (id) => await room.advance(id),
      async () => await room.sweep(),
    ),
    now,
  });
  let lost = 0;
  const ask = async ({ what, channel, number }: Ask, request: string) => {
    const { requests, port } = room;
    const versionId = `win11.${number}`;
    switch (what) {
      case 'promote':
        return await requests.promote('win11', channel, { version: number, reason: '' }, { request });
      case 'roll back':
        return await requests.rollBack('win11', channel, { reason: 'bad' }, { request });
      case 'retry':
        return await requests.retry('win11', channel, {});
      case 'stop':
        return await port.stop('win11', channel, versionId, 'ann', 'enough');
      case 'define': {
        const approval = { quorum: 1, notRequester: false, days: 14 };
        const policy = { soakHours: world.random.whole(0, 99), approval, rollbackDays: 30 };
        return await requests.define('win11', channel, policy);
      }
      case 'revoke':
        refused.add(number);
        return latest.set(number, false);
      default: {
        const asked = { set: 'win11', channel, number, versionId, imageVersionId: `/v/${number}` };
        const who = { request: `release ${number}`, by: 'ann', reason: '' };
        return await port.enter({ ...asked, ...who, proof: what === 'enter' ? proof : {} });
      }
    }
  };
  /** Who is told to try again does so. */
  const persist = (asking: () => Promise<unknown>, afterSeconds = 0) =>
    world.start(async () => {
      try {
        await asking();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.retryable) persist(asking, 60);
        if (hasCode(error, 'PreconditionFailed')) lost += 1;
      }
    }, afterSeconds);
  asks.forEach((one, index) => {
    persist(async () => await ask(one, `request ${index}`), one.minute * 60);
  });

  const channels = async () => {
    const all = (await seen.loadAll('win11.')).map(({ saved: { state } }) => [state.channel, state] as const);
    return Object.fromEntries(all) as Partial<Record<Name, Channel>>;
  };
  const areAtRest = async () => Object.values(await channels()).every(({ phase }) => phase !== 'moving');
  const last = Math.max(0, ...asks.map(({ minute }) => minute));
  await world.passUntil(() => false, { days: last / 1440 + 1 / 24 });
  // Somebody looks after what is stuck, as long as that helps.
  for (let round = 0; round < 8; round += 1) {
    await world.passUntil(areAtRest, { days: 3 });
    for (const [channel, state] of Object.entries(await channels())) {
      const number = heldBy(state)?.number ?? '';
      if (state.phase !== 'stuck' || refused.has(number)) continue;
      persist(async () => await room.requests.retry('win11', channel, {}));
    }
    await world.passUntil(() => false, { days: 1 / 24 });
  }
  await world.passUntil(areAtRest, { days: 10 });
  const histories = Object.fromEntries(
    await Promise.all(order.map(async (name) => [name, await seen.history(`win11.${name}`)] as const)),
  ) as Lived['histories'];
  return { channels: await channels(), histories, rollouts, refused, latest, held, told, lost };
}
