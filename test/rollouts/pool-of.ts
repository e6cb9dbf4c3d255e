import { failure } from '../../shared/errors.ts';
import { channelRequests } from '../../shared/rollouts/channels.ts';
import { freezeRequests } from '../../shared/rollouts/freeze-requests.ts';
import { rolloutInsight } from '../../shared/rollouts/insight.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import type { HeldIn } from '../../shared/rollouts/of-channel.ts';
import { rollbackRequests } from '../../shared/rollouts/rollback.ts';
import { rolloutRequests } from '../../shared/rollouts/requests.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';
import type { ImageVersionAt } from '../../shared/rollouts/versions.ts';
import { claimsIn } from '../../shared/workflow/claim.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { fleetIn } from '../support/fleet.ts';
import { whyRefused } from '../support/refused.ts';
import { elderVersion, newVersion, type SmallAzure } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';

export const body = DefinePool.parse({
  subscriptionId: '11111111-1111-4111-8111-111111111111',
  resourceGroup: 'g',
  hostPool: 'pool',
  scaleSet: { resourceGroup: 'g', name: 'set' },
  location: 'westeurope',
  imageSet: 'win11',
  channel: 'production',
  policy: {
    floor: { percent: 0 },
    healthy: { fatalChecks: ['DomainTrustCheck'] },
    exclusionTag: 'exclude',
    maxFailed: 0,
  },
});
export const start = { version: '1.1.0', reason: 'patches', by: 'ann' };
/** What there is at hosting places, by their names. */
type Copies = Record<string, Awaited<ReturnType<ImageVersionAt>>>;

/** A pool of so many hosts, and what may be asked of it, in a world where nothing goes wrong by itself. */
export async function poolOf(hosts = 2, alter: (azure: SmallAzure) => void = () => {}) {
  const world = new World(well);
  const fleet = fleetIn(world, {}, alter);
  const { pools, rollouts, met, seen, hostApi, azure, calendar, freezes, planFor } = fleet;
  for (let number = 0; number < hosts; number += 1) azure.add(String(number));
  const parts = { pools, poolStore: met.pools, rollouts, rolloutStore: met.rollouts, now: world.now };
  const versionOf = async (_: string, number: string) =>
    number === '1.1.0'
      ? { imageVersionId: newVersion }
      : number === '1.2.0'
        ? { imageVersionId: undefined }
        : number === '1.0.0'
          ? { imageVersionId: fleet.refused.former }
          : number === '0.9.0'
            ? { imageVersionId: elderVersion }
            : undefined;
  const copies: Copies = {};
  const imageVersionAt = async (_: string, __: string, place: string) =>
    copies[place] ?? { failure: failure('NotFound', `There is no place ${place}.`) };
  const ring: { held?: Awaited<ReturnType<HeldIn>> } = {};
  const refusal = async (_: string, number: string) => whyRefused(fleet.refused, number);
  const isUnderWay = async (movement: string) => !fleet.refused.movements.has(movement);
  const asks = rolloutRequests({
    ...parts,
    claims: claimsIn({ kind: 'fleet', rows: memoryRows(), due: memoryRows(), now: world.now }),
    versionOf,
    refusal,
    imageVersionAt,
    heldIn: async () => ring.held,
    freezes,
    planFor,
    standings: async (id) => await hostApi.standings(id),
  });
  const backs = rollbackRequests({
    ...parts,
    gallery: azure.gallery,
    versionOf,
    refusal,
    imageVersionAt,
    isUnderWay,
  });
  const backTo = async (id: string) => await backs.backTo(id);
  const insight = rolloutInsight({ ...parts, work: hostApi, backTo });
  const freezeAsks = freezeRequests({
    ...parts,
    calendar,
    isImageSet: async (name) => name.startsWith('win1'),
  });
  const channels = channelRequests({
    ...parts,
    gallery: { completedRegions: async (id) => await azure.gallery.completedRegions(id) },
    imageVersionAt,
    examine: async (what) => await hostApi.examine(what),
  });
  await asks.definePool('pool', body);
  const end = async () => {
    const all = async () => (await seen.rollouts.loadAll('')).map(({ saved }) => saved.state);
    await world.passUntil(async () => (await all()).every(isOver), { days: 20 });
    return await all();
  };
  /** As a release begins one: nobody looks at a plan of it. */
  const unplanned = async () => {
    const id = 'pool-unplanned';
    const { link } = await asks.pool('pool');
    const version = { number: '1.1.0', imageVersionId: newVersion };
    const event = { type: 'requested', pool: 'pool', link, version, by: 'ann', reason: 'patches' } as const;
    await rollouts.record(id, () => ({ ...event, at: world.now() }));
    return { id };
  };
  const { refused } = fleet;
  return {
    world,
    azure,
    fleet,
    refused,
    copies,
    ring,
    unplanned,
    asks,
    backs,
    insight,
    freezeAsks,
    channels,
    end,
    seen,
  };
}
