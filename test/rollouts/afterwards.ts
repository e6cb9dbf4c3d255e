import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { type Instant, secondsBetween } from '../../shared/instant.ts';
import type { LeftHost } from '../../shared/rollouts/pool.ts';
import type { rolloutRequests } from '../../shared/rollouts/requests.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';
import type { Fleet } from '../support/fleet.ts';
import type { World } from '../support/world.ts';

type Requests = ReturnType<typeof rolloutRequests>;

/** Somebody may have hosts tried again once it is over: until the last of these has ended too. */
export async function afterwards(
  world: World,
  fleet: Fleet,
  requests: Requests,
  { began, areOver }: { readonly began: Instant; readonly areOver: () => Promise<boolean> },
): Promise<void> {
  await world.passUntil(() => secondsBetween(began, world.now()) > 4 * 3600, { days: 1 });
  await world.passUntil(areOver, { days: 10 });
  const lost = await lostIn(fleet);
  if (lost.length > 0 && world.random.happens(0.7)) await bringBack(world, fleet, requests, lost);
}

/** Whom the pool knows to be lost. */
export async function lostIn({ seen }: Fleet) {
  return Object.values((await seen.pools.load('pool'))?.state.left ?? {});
}

/** What kept machines from being made is over: whoever was lost is tried again, alone or by the next rollout. */
async function bringBack(
  world: World,
  { azure, seen }: Fleet,
  requests: Requests,
  lost: readonly LeftHost[],
): Promise<void> {
  const { random } = world;
  azure.vms.calm();
  const areOver = async () => (await seen.rollouts.loadAll('')).every(({ saved }) => isOver(saved.state));
  const begin: (() => Promise<unknown>)[] = random.happens(0.4)
    ? [async () => await requests.startRollout('pool', { version: '1.1.0', reason: '' }, 'next')]
    : lost.map((one) => async () => await requests.retryHost(one.rollout, one.name, { reason: '' }));
  for (const asked of begin) {
    world.start(async () => await refusable(asked()));
    if (random.happens(0.3)) world.start(async () => await refusable(asked()), random.between(0, 60));
    const abort = async () => {
      for (const { id } of (await requests.rollouts()).value)
        await refusable(requests.abort(id, { reason: 'no' }));
    };
    // For as long as users stay the floor may hold back what others are on.
    world.start(abort, random.happens(0.3) ? random.between(0, 1800) : 4 * 3600);
    await world.passUntil(() => false, { days: 1 / 1440 });
    await world.passUntil(areOver, { days: 10 });
  }
}

/** What may be refused: its time may be over, or not have come. */
export async function refusable(asking: Promise<unknown>, unless?: ErrorCode): Promise<void> {
  try {
    await asking;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === unless) throw error;
  }
}
