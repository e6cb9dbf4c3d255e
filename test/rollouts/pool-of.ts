import { channelRequests } from '../../shared/rollouts/channels.ts';
import { freezeRequests } from '../../shared/rollouts/freeze-requests.ts';
import { rolloutInsight } from '../../shared/rollouts/insight.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { rolloutRequests } from '../../shared/rollouts/requests.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';
import { fleetIn } from '../support/fleet.ts';
import { newVersion, type SmallAzure } from '../support/small-azure.ts';
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
        : undefined;
  const asks = rolloutRequests({ ...parts, versionOf, freezes, planFor });
  const insight = rolloutInsight({ ...parts, work: hostApi });
  const freezeAsks = freezeRequests({ ...parts, calendar });
  const channels = channelRequests({
    ...parts,
    gallery: { completedRegions: async (id) => await azure.gallery.completedRegions(id) },
    examine: async (what) => await hostApi.examine(what),
  });
  await asks.definePool('pool', body);
  const end = async () => {
    const all = async () => (await seen.rollouts.loadAll('')).map(({ saved }) => saved.state);
    await world.passUntil(async () => (await all()).every(isOver), { days: 20 });
    return await all();
  };
  return { world, azure, asks, insight, freezeAsks, channels, end, seen };
}
