import { assert, asyncProperty } from 'fast-check';
import { expect, it } from 'vitest';
import { link, type Fleet, fleetIn } from '../support/fleet.ts';
import { populate, wrongIn } from '../support/fleet-verdict.ts';
import type { HostPlan } from '../../shared/hosts/host.ts';
import { newVersion } from '../support/small-azure.ts';
import { type Ills, ills, World } from '../support/world.ts';

const { sessions, minDrainMinutes, exclusionTag, healthy } = link.policy;
const hostsPerLife = 2;

/** Two hosts brought to the version at once, with all that may come in between. */
async function lives(ills: Ills, without: { sweeping?: false; etags?: false } = {}): Promise<string[]> {
  const world = new World(ills, { sweeping: without.sweeping ?? true });
  const fleet = fleetIn(world, { withoutEtags: without.etags === false });
  populate(world, fleet, hostsPerLife);
  fleet.azure.model = newVersion;
  await world.passUntil(() => false, { days: 1 / 48 });
  const ids = Array.from({ length: hostsPerLife }, (_, number) => `r.${number}`);
  for (const id of ids) beginAndMeddle(world, fleet, id);
  const areOver = async () => {
    const hosts = await Promise.all(ids.map(async (id) => (await fleet.seen.hosts.load(id))?.state));
    return hosts.every((host) => host && !('standing' in host));
  };
  await world.passUntil(areOver, { days: 3 });
  // Whatever is still on its way lands before the books are closed.
  await world.passUntil(() => false, { days: 1 / 24 });
  const saved = await Promise.all(ids.map(async (id) => await fleet.seen.hosts.load(id)));
  const wrongs = wrongIn(
    fleet,
    saved.flatMap((one) => (one ? [one.state] : [])),
  );
  return saved.every((one) => one) ? wrongs : [...wrongs, 'a host was never begun'];
}

function beginAndMeddle(world: World, { azure, hostApi, seen }: Fleet, id: string): void {
  const { random } = world;
  const instanceId = id.slice(2);
  const name = `avd-${instanceId}`;
  const plan: HostPlan = {
    rollout: 'r',
    name,
    machine: { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'set', instanceId },
    location: 'westeurope',
    pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
    sessionHost: random.happens(0.2) ? '' : name,
    imageVersionId: newVersion,
    policy: {
      sessions: { ...sessions, atGraceEnd: random.oneOf(['log-off', 'wait']) },
      minDrainMinutes,
      exclusionTag,
      healthy,
    },
  };
  // Whoever asks asks until he is heard, as a rollout does at each look.
  world.start(async () => await hostApi.ensureAdmitted(id, plan));
  if (random.happens(0.2)) {
    world.start(async () => await hostApi.abort(id, 'somebody', 'no more'), random.between(60, 3600));
  }
  if (random.happens(0.05)) world.after(random.between(60, 3600), () => azure.vanish(instanceId));
  if (random.happens(0.2)) {
    // A person lifts the drain; not in the very moment of the reimage, which nobody could see coming.
    world.after(random.between(60, 1200), () => {
      void seen.hosts.load(id).then((host) => {
        const stage = host && 'standing' in host.state ? host.state.standing.stage : '';
        if (stage === 'empty') void azure.sessionHosts.setAllowNewSession(plan.pool, name, true);
      });
    });
  }
}

it(
  'a host is reimaged exactly once or put back, each user told once, whatever dies, is lost or says no',
  { timeout: 60_000 },
  async () => {
    await assert(
      asyncProperty(ills, async (ills) => {
        expect(await lives(ills)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  },
);
