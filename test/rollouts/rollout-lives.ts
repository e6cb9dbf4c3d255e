import { AppError } from '../../shared/errors.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { freezeRequests } from '../../shared/rollouts/freeze-requests.ts';
import { rolloutRequests } from '../../shared/rollouts/requests.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';
import { claimsIn } from '../../shared/workflow/claim.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Fleet, fleetIn, link, type Without } from '../support/fleet.ts';
import { populate } from '../support/fleet-verdict.ts';
import { newVersion } from '../support/small-azure.ts';
import { domainJoin, joinSecret } from '../support/small-machine.ts';
import { type Ills, World } from '../support/world.ts';
import { afterwards, lostIn, refusable } from './afterwards.ts';
import { forgotten, unaccounted, wrongSize, wrongsOf } from './rollout-verdict.ts';

interface Lived {
  readonly wrongs: readonly string[];
  readonly rollouts: readonly Rollout[];
  readonly admissions: number;
  readonly steps: number;
}

interface Setting {
  readonly without?: Without;
  readonly isCalm?: boolean;
  readonly kind?: FleetKind;
  readonly surge?: number | `${number}%`;
}

/** One pool brought to a version, with all that may come in between. Says what was wrong in the end. */
export async function rolloutLives(
  ills: Ills,
  { without = {}, isCalm = false, kind = 'uniform', surge }: Setting = {},
): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const fleet = fleetIn(world, without, (azure) => {
    azure.kind = kind;
  });
  if (kind === 'stand-alone') fleet.azure.addForeign('sql-0');
  const { random } = world;
  populate(world, fleet, random.whole(1, 4), isCalm);
  if (random.happens(0.3)) fleet.azure.add('new', { isNew: true });
  await world.passUntil(() => false, { days: 1 / 48 });
  const names = [...fleet.azure.fleet.keys()];
  const size = names.length;
  const began = world.now();
  const requests = ask(world, fleet, { isCalm, kind, ...(surge !== undefined && { surge }) });
  if (!isCalm) meddle(world, fleet, requests);
  const rollouts = async () => (await fleet.seen.rollouts.loadAll('')).map(({ saved }) => saved.state);
  const areOver = async () => {
    const all = await rollouts();
    return all.length > 0 && all.every(isOver);
  };
  await world.passUntil(areOver, { days: 10 });
  if (!isCalm) await afterwards(world, fleet, requests, { began, areOver });
  // Whatever is still on its way lands before the books are closed.
  await world.passUntil(() => false, { days: 1 / 24 });
  const hosts = (await fleet.seen.hosts.loadAll('')).map(({ saved }) => saved.state);
  const all = await rollouts();
  const pool = (await fleet.seen.pools.load('pool'))?.state;
  return {
    wrongs: [
      ...wrongsOf(fleet, all, hosts, pool?.activeRollout),
      ...(await unaccounted(world, fleet)),
      ...wrongSize(fleet, all, size),
      ...forgotten(fleet, names, await lostIn(fleet), recordsOf(all)),
    ],
    rollouts: all,
    admissions: fleet.watch.admissions,
    steps: world.steps,
  };
}

function recordsOf(all: readonly Rollout[]) {
  return all.flatMap(({ facts }) => Object.values(facts.hosts ?? {}));
}

/** Somebody defines the pool and starts the rollout. */
function ask(
  world: World,
  { pools, rollouts, met, freezes, planFor, hostApi }: Fleet,
  { isCalm = false, kind = 'uniform', surge }: Setting,
) {
  const { random, now } = world;
  const requests = rolloutRequests({
    claims: claimsIn({ kind: 'fleet', rows: memoryRows(), due: memoryRows(), now }),
    pools,
    poolStore: met.pools,
    rollouts,
    rolloutStore: met.rollouts,
    versionOf: async () => ({ imageVersionId: newVersion }),
    refusal: async () => undefined,
    imageVersionAt: async () => ({ imageVersionId: newVersion }),
    freezes,
    heldIn: async () => undefined,
    planFor,
    standings: async (id) => await hostApi.standings(id),
    now,
  });
  const policy = {
    ...link.policy,
    maxUnavailable: random.oneOf([1, 2, 3, '20%', '50%'] as const),
    drainAhead: isCalm ? 1 : random.oneOf([0, 1, 2, '50%'] as const),
    waves: random.happens(0.5) ? [] : [{ upTo: 1, bakeMinutes: random.whole(0, 30) }],
    windows: isCalm || random.happens(0.7) ? [] : [windowAround(world)],
    floor: { percent: isCalm ? 0 : random.oneOf([0, 40, 60]), headroomPercent: 10 },
    maxFailed: random.whole(0, 2),
    failedHosts:
      kind === 'stand-alone' ? random.oneOf(['quarantine', 'restore'] as const) : ('quarantine' as const),
    ...(surge !== undefined && { surge }),
    sessions: {
      ...link.policy.sessions,
      reminders: [6, 2],
      atGraceEnd: random.oneOf(['log-off', 'wait'] as const),
      disconnected: 'as-active' as const,
      disconnectedMinutes: 0,
    },
    healthy: { ...link.policy.healthy, fatalChecks: [...link.policy.healthy.fatalChecks] },
  };
  const begin = async (request: string) => {
    await requests.definePool('pool', { ...linkOf(kind), policy });
    await requests.startRollout('pool', { version: '1.1.0', reason: '' }, request);
  };
  const beginUnlessFrozen = async () => {
    try {
      await refusable(begin('one'), 'Frozen');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      world.start(beginUnlessFrozen, 600); // who is told of a freeze comes again
    }
  };
  world.start(beginUnlessFrozen);
  // Somebody else wants the same at the same moment.
  if (!isCalm && random.happens(0.2)) {
    world.start(async () => await refusable(begin('two')), random.between(0, 30));
  }
  return requests;
}

function linkOf(kind: FleetKind) {
  const { scaleSet, virtualMachines: _, ...where } = link;
  if (kind !== 'stand-alone') return { ...where, ...(scaleSet && { scaleSet }) };
  const extensions = { [domainJoin]: { secretUri: joinSecret } };
  return { ...where, virtualMachines: { resourceGroup: 'g', extensions } };
}

/** A window that is open, opens or closes while the rollout is under way. */
function windowAround({ random, now }: World) {
  const clock = (minutes: number) => minutesAfter(now(), minutes).slice(11, 16);
  const from = random.whole(-60, 60);
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
  return {
    start: clock(from),
    end: clock(from + random.whole(60, 240)),
    timeZone: 'Etc/UTC',
    days: [...days],
    outage: false,
  };
}

/** What people and the world do meanwhile. */
function meddle(world: World, fleet: Fleet, requests: ReturnType<typeof ask>): void {
  const { random } = world;
  const { azure } = fleet;
  const abort = async () => {
    for (const { id } of (await requests.rollouts()).value)
      await refusable(requests.abort(id, { reason: 'no more' }));
  };
  if (random.happens(0.2)) world.start(abort, random.between(30, 5400));
  if (random.happens(0.3)) freezeAndLift(world, fleet);
  if (random.happens(0.3)) pauseAndResume(world, requests);
  if (random.happens(0.3)) decideOnHosts(world, requests);
  // The floor may keep a rollout waiting for as long as anybody stays, and it would wait for weeks.
  world.start(abort, 4 * 3600);
  if (random.happens(0.1))
    world.after(random.between(60, 5400), () => azure.vanish(azure.kind === 'uniform' ? '0' : 'avd-0'));
  if (random.happens(0.1)) {
    world.after(random.between(60, 5400), () =>
      azure.add('late', { isNew: azure.model === newVersion || azure.kind === 'stand-alone' }),
    );
  }
}

/** Somebody skips a host, or has hosts tried again that ended badly; some of it in vain. */
function decideOnHosts(world: World, requests: ReturnType<typeof ask>): void {
  const { random } = world;
  const each = async (type: 'retryHost' | 'skipHost', host: string) => {
    for (const { id } of (await requests.rollouts()).value)
      await refusable(requests[type](id, host, { reason: 'so it is' }));
  };
  for (let times = random.whole(1, 6); times > 0; times -= 1) {
    const [type, host] = [random.oneOf(['retryHost', 'skipHost'] as const), String(random.whole(0, 3))];
    world.start(async () => await each(type, host), random.between(30, 2 * 3600));
  }
}

/** Somebody pauses whatever is under way; it goes on by itself, or because somebody says so. */
function pauseAndResume(world: World, requests: ReturnType<typeof ask>): void {
  const { random } = world;
  const each = async (tell: (id: string) => Promise<unknown>) => {
    for (const { id } of (await requests.rollouts()).value) await refusable(tell(id));
  };
  const comes = random.between(0, 3600);
  const minutes = random.whole(1, 40);
  const until = random.happens(0.5) ? minutesAfter(world.now(), (comes + minutes * 60) / 60) : undefined;
  const pause = { reason: 'hold on', ...(until !== undefined && { until }) };
  world.start(async () => await each(async (id) => await requests.pause(id, pause)), comes);
  const resume = async () => await each(async (id) => await requests.resume(id, {}));
  world.start(resume, comes + random.whole(1, 60) * 60);
}

/** Somebody freezes; it is over by itself, or lifted before. */
function freezeAndLift(world: World, fleet: Fleet): void {
  const { random, now } = world;
  const { calendar, rollouts, met, watch } = fleet;
  const asks = freezeRequests({
    calendar,
    poolStore: met.pools,
    rollouts,
    isImageSet: async () => true,
    now,
  });
  const comes = random.between(0, 3600);
  const until = minutesAfter(now(), comes / 60 + random.whole(5, 60));
  const scope = random.oneOf([
    { kind: 'all' },
    { kind: 'image-set', name: link.imageSet },
    { kind: 'host-pool', name: 'pool' },
  ] as const);
  const freeze = async () => {
    await asks.put('now', { scope, reason: 'a fair', until });
    watch.frozenUntil = until;
  };
  // The pool may not be there yet.
  world.start(async () => await refusable(freeze()), comes);
  if (random.happens(0.5)) return;
  const lift = async () => {
    watch.frozenUntil = '';
    await asks.lift('now');
  };
  world.start(lift, comes + random.between(60, 1800));
}
