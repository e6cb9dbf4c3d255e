import type { Announcement } from '../../shared/channels/announce.ts';
import type { Proof } from '../../shared/channels/holding.ts';
import type { ProofFor, Rollouts, Versions } from '../../shared/channels/ports.ts';
import { PutChannel } from '../../shared/channels/request-bodies.ts';
import { channelRoom } from '../../shared/channels/room.ts';
import { type Failure, failure } from '../../shared/errors.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { noon } from './movements.ts';

type Outcome = 'running' | 'done' | 'failed';

/** The channels test, pilot and production of win11, among rooms that do as they are told. */
export function smallRoom(order: readonly string[] = ['test', 'pilot', 'production']) {
  let now: Instant = noon;
  const world = {
    refused: new Map<string, Failure>(),
    unknown: new Set<string>(),
    latest: new Map<string, boolean>(),
    /** What of a version Azure is at, so that it takes no change. */
    busy: new Set<string>(),
    held: [] as string[],
    /** By movement: how its rollouts are; done, unless said otherwise. */
    rollouts: new Map<string, Outcome>(),
    stopped: [] as string[],
    told: new Map<string, Announcement>(),
    nudged: [] as string[],
    unproven: new Map<string, Failure>(),
    proof: { validation: 'win11.v.test.1' } as Proof,
  };
  const versions: Versions = {
    standing: async (set, number) =>
      world.unknown.has(number)
        ? undefined
        : { versionId: `${set}.${number}`, imageVersionId: `/versions/${number}` },
    refusal: async (_, number) => world.refused.get(number),
    ensureInLatest: async (_, number, included) => {
      if (world.busy.has(number)) return { status: 'running', waitingFor: 'Azure', lookAgainInSeconds: 30 };
      world.latest.set(number, included);
      return { status: 'done' };
    },
    held: async ({ number, channel, movement, isHeld, isPromotion }) => {
      world.held.push(
        `${number} ${isHeld ? 'in' : 'out of'} ${channel}${isPromotion ? '' : ', to be proven'} by ${movement}`,
      );
    },
  };
  const rollouts: Rollouts = {
    ensureRolledOut: async ({ movement }) => {
      const status = world.rollouts.get(movement) ?? 'done';
      const known = { status, rollouts: [`${movement}-pool`] };
      return status === 'failed' ? { ...known, failure: failure('BreakerOpen', 'too many') } : known;
    },
    setAside: async (movement) => {
      world.stopped.push(`${movement} set aside`);
      return { status: 'done' };
    },
    stopRollouts: async (movement, reason) => {
      world.stopped.push(`${movement}: ${reason}`);
      return { status: 'done' };
    },
  };
  const proofFor: ProofFor = async ({ number }) => {
    const why = world.unproven.get(number);
    return why ? { ok: false, failure: why } : { ok: true, proof: world.proof };
  };
  const room = channelRoom({
    orderOf: async (set) => (set === 'win11' ? order : undefined),
    versions,
    rollouts,
    proofFor,
    about: async () => ({ source: 'windows-11', notes: '', regions: ['westeurope'] }),
    announce: async (id, announcement) => {
      world.told.set(id, announcement);
    },
    nudge: async (versionId) => {
      world.nudged.push(versionId);
    },
    rows: memoryRows(),
    due: memoryRows(),
    wake: async () => {},
    now: () => now,
  });
  const { requests, port } = room;
  let asked = 0;
  const look = async (channel: string, times = 8) => {
    for (let looks = 0; looks < times; looks += 1) {
      now = minutesAfter(now, 1);
      await room.advance(`win11.${channel}`);
    }
    return await requests.get('win11', channel);
  };
  return {
    world,
    port,
    requests,
    look,
    pass: (days: number) => {
      now = minutesAfter(now, days * 24 * 60);
    },
    now: () => now,
    promote: async (channel: string, version: string, ifMatch?: number) =>
      await requests.promote(
        'win11',
        channel,
        { version, by: 'ann', reason: 'it is time' },
        { request: `r${(asked += 1)}`, ifMatch },
      ),
    rollBack: async (channel: string, version?: string) =>
      await requests.rollBack(
        'win11',
        channel,
        { by: 'ben', reason: 'Teams crashes', ...(version !== undefined && { version }) },
        { request: `r${(asked += 1)}` },
      ),
    define: async (channel: string, policy: object, ifMatch?: number) =>
      await requests.define(
        'win11',
        channel,
        PutChannel.parse(policy),
        ifMatch === undefined ? undefined : { match: ifMatch },
      ),
    enter: async (channel: string, number: string, more: { request?: string; proof?: Proof } = {}) =>
      await port.enter({
        set: 'win11',
        channel,
        number,
        versionId: `win11.${number}`,
        imageVersionId: `/versions/${number}`,
        request: `release ${number} ${channel}`,
        by: 'ann',
        reason: 'release',
        proof: world.proof,
        ...more,
      }),
  };
}
