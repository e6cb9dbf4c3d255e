import { assert, asyncProperty } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { DefinePool, RollBackRollout } from '../../shared/rollouts/request-bodies.ts';
import { rollbackRequests } from '../../shared/rollouts/rollback.ts';
import { rolloutRequests } from '../../shared/rollouts/requests.ts';
import { isOver, type Rollout } from '../../shared/rollouts/rollout.ts';
import { claimsIn } from '../../shared/workflow/claim.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Fleet, fleetIn } from '../support/fleet.ts';
import { populate } from '../support/fleet-verdict.ts';
import { lives } from '../support/lives.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { type Ills, ills, World } from '../support/world.ts';
import { body } from './pool-of.ts';

/** One pool brought to a version and back, with all that may come in between, and others who want it as well. */
async function livesBack(ill: Ills) {
  const world = new World(ill);
  const { random, now } = world;
  const fleet = fleetIn(world);
  populate(world, fleet, random.whole(1, 4));
  await world.passUntil(() => false, { days: 1 / 48 });
  const { backs, asks, begin, first } = await asking(world, fleet);
  begin('first', 0);
  const answered = new Set<string>();
  const takeBack = async () => {
    const asked = RollBackRollout.parse({ reason: 'no' });
    const back = await unlessRefused(backs.rollBack(first() ?? 'none', asked));
    if (back) answered.add(back.id);
  };
  for (let times = random.whole(1, 3); times > 0; times -= 1) world.start(takeBack, random.between(60, 7200));
  // Somebody else wants the pool all the while, and gets it only if it is free.
  for (let times = random.whole(0, 4); times > 0; times -= 1)
    begin(`other-${times}`, random.between(30, 10_800));
  const stop = async () => {
    for (const { id } of (await asks.rollouts()).value)
      await unlessRefused(asks.abort(id, { reason: 'no more' }));
  };
  if (random.happens(0.2)) world.start(stop, random.between(30, 7200));
  // Whoever waits for users at his floor would wait for weeks.
  for (const hours of [12, 24]) world.start(stop, hours * 3600);

  const all = async () =>
    (await fleet.seen.rollouts.loadAll('')).map(({ id, saved }) => ({ id, rollout: saved.state }));
  await world.passUntil(() => false, { days: 1 / 6 });
  await world.passUntil(async () => (await all()).every(({ rollout }) => isOver(rollout)), { days: 10 });
  await world.passUntil(() => false, { days: 1 / 24 });
  const found = await all();
  const wrongs = [
    ...fleet.azure.wrongs,
    ...(await heldForEver(fleet)),
    ...found.flatMap(({ id, rollout }) => (isOver(rollout) ? [] : [`R11: ${id} is never over at ${now()}`])),
    ...overlapsIn(found),
    ...[...answered].flatMap((id) => notCarriedOut(id, found)),
    ...elsewhere(fleet, found),
  ];
  const back = found.filter(
    ({ rollout: { requested, phase } }) => requested.rollbackOf && phase === 'succeeded',
  );
  return { wrongs, answered: answered.size, succeeded: back.length };
}

/** What people may ask of the pool, and the id of the first rollout once its request was answered. */
async function asking(world: World, fleet: Fleet) {
  const { random, now } = world;
  const { pools, rollouts, met, freezes, planFor, hostApi } = fleet;
  const versionOf = async (_: string, number: string) => ({
    imageVersionId: number === '1.1.0' ? newVersion : oldVersion,
  });
  const refusal = async () => undefined;
  const imageVersionAt = async () => ({ imageVersionId: '' });
  const parts = { pools, rollouts, versionOf, refusal, imageVersionAt, now };
  const stores = { poolStore: met.pools, rolloutStore: met.rollouts };
  const asks = rolloutRequests({
    claims: claimsIn({ kind: 'fleet', rows: memoryRows(), due: memoryRows(), now }),
    ...parts,
    ...stores,
    freezes,
    heldIn: async () => undefined,
    planFor,
    standings: async (id) => await hostApi.standings(id),
  });
  const backs = rollbackRequests({ ...parts, gallery: fleet.azure.gallery, isUnderWay: async () => false });
  const policy = { ...body.policy, maxUnavailable: random.whole(1, 3), maxFailed: random.whole(0, 2) };
  const pool = DefinePool.parse({ ...body, policy });
  let first: string | undefined;
  const begin = (request: string, afterSeconds: number) =>
    world.start(async () => {
      await asks.definePool('pool', pool);
      const begun = await unlessRefused(asks.startRollout('pool', { version: '1.1.0', reason: '' }, request));
      if (request === 'first') first = begun?.id;
    }, afterSeconds);
  return { asks, backs, begin, first: () => first };
}

async function heldForEver({ seen }: Fleet): Promise<readonly string[]> {
  const { activeRollout, nextRollout } = (await seen.pools.load('pool'))?.state ?? {};
  return [activeRollout, nextRollout].flatMap((id) =>
    id === undefined ? [] : [`R1: ${id} has it for ever`],
  );
}

/** After the last that succeeded every host is on its version, or known not to be. */
function elsewhere({ azure }: Fleet, found: readonly Found[]): readonly string[] {
  const last = found
    .filter(({ rollout }) => rollout.facts.took)
    .toSorted(byTime)
    .at(-1);
  if (last?.rollout.phase !== 'succeeded') return [];
  const { facts, version } = last.rollout;
  return [...azure.fleet.values()].flatMap(({ machine }) => {
    const isExcused = ['failed', 'quarantined'].includes(facts.hosts?.[machine.instanceId]?.outcome ?? '');
    if (machine.imageVersionId === version.imageVersionId || isExcused) return [];
    return [`R13: ${last.id} succeeded and ${machine.computerName} is on another version`];
  });
}

interface Found {
  readonly id: string;
  readonly rollout: Rollout;
}

/** Whoever was answered may rely on it: the pool went from the one straight to the other. */
function notCarriedOut(id: string, found: readonly Found[]): readonly string[] {
  const back = found.find((one) => one.id === id)?.rollout;
  const former = found.find((one) => one.id === back?.requested.rollbackOf)?.rollout;
  if (!back || !former) return [`${id} was answered and is not on record`];
  if (back.facts.took === undefined)
    return back.phase === 'aborted' ? [] : [`${id} was answered and never had the pool: it is ${back.phase}`];
  const wrongs = former.rolledBackBy === id ? [] : [`${id} took back what does not know of it`];
  const [, ended] = timeOf(former);
  const [began] = timeOf(back);
  const between = found.filter(({ rollout }) => {
    const [from] = timeOf(rollout);
    return rollout !== back && rollout !== former && from > ended && from < began;
  });
  return [
    ...wrongs,
    ...between.map((one) => `R1: ${one.id} had the pool between ${id} and what it takes back`),
  ];
}

function overlapsIn(found: readonly Found[]): readonly string[] {
  const inOrder = found.filter(({ rollout }) => timeOf(rollout)[0] !== '').toSorted(byTime);
  return inOrder.flatMap(({ id, rollout }, index) => {
    const next = inOrder[index + 1];
    return next && timeOf(next.rollout)[0] < timeOf(rollout)[1] ? [`R1: ${id} and ${next.id} at once`] : [];
  });
}

const byTime = (one: Found, other: Found) => (timeOf(one.rollout)[0] < timeOf(other.rollout)[0] ? -1 : 1);

/** From when until when the rollout had hosts under way. */
function timeOf({ facts }: Rollout): readonly [from: string, to: string] {
  const records = Object.values(facts.hosts ?? {});
  const began = records.map(({ admittedAt }) => admittedAt).toSorted();
  const ended = records.map(({ endedAt }) => endedAt ?? 'never').toSorted();
  return [began[0] ?? '', ended.at(-1) ?? ''];
}

async function unlessRefused<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return undefined;
  }
}

describe('a rollout that is taken back', () => {
  const { numRuns, timeout } = lives(60);
  it(
    'R1, R11, R13, X1: is taken back once it was answered, whatever dies, is lost or comes in between',
    { timeout },
    async () => {
      const sums = { answered: 0, succeeded: 0 };
      const property = asyncProperty(ills, async (ill) => {
        const { wrongs, answered, succeeded } = await livesBack(ill);
        sums.answered += answered;
        sums.succeeded += succeeded;
        expect(wrongs).toEqual([]);
      });
      await assert(property, { numRuns });
      // Or nothing was proven.
      expect(sums.answered).toBeGreaterThan(numRuns / 3);
      expect(sums.succeeded).toBeGreaterThan(numRuns / 6);
    },
  );
});
