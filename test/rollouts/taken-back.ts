import { digest } from '../../shared/rollouts/digest.ts';
import { newVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

export const minutes = (count: number) => ({ days: count / 1440 });
export const because = { reason: 'Teams crashes', by: 'ann' };
export const oneByOne = { ...body, policy: { ...body.policy, maxUnavailable: 1 } };
export const wanted = {
  movement: 'win11.production.1',
  set: 'win11',
  number: '1.1.0',
  imageVersionId: newVersion,
  channel: 'production',
  by: 'ann',
  reason: 'release in channel production',
};

export type Fleet = Awaited<ReturnType<typeof poolOf>>;

export const backOf = (id: string) => `pool-${digest(`rollback of ${id}`)}`;
export const versionsIn = ({ azure }: Fleet) => [
  ...new Set([...azure.fleet.values()].map(({ machine }) => machine.imageVersionId)),
];
export const hostsOf = async ({ asks }: Fleet, id: string) =>
  (await asks.hostsOf(id)).map(({ outcome }) => outcome).toSorted();
export const pass = async ({ world }: Fleet, days: { days: number }) =>
  await world.passUntil(() => false, days);

/** A rollout of a pool of four of which some are on the new version. */
export async function halfWay() {
  const fleet = await poolOf(4);
  await fleet.asks.definePool('pool', oneByOne);
  const { id } = await fleet.asks.startRollout('pool', start, 'first');
  await fleet.world.passUntil(async () => (await hostsOf(fleet, id)).includes('done'), minutes(600));
  return { ...fleet, id };
}

export async function finished(alter: (fleet: Fleet) => void = () => {}) {
  const fleet = await poolOf();
  alter(fleet);
  const { id } = await fleet.asks.startRollout('pool', start, 'first');
  await fleet.end();
  return { ...fleet, id };
}
