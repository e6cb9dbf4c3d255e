import type { HostPlan } from '../../shared/hosts/course.ts';
import type { Host } from '../../shared/hosts/host.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import { type Fleet, fleetIn, link, type Without } from '../support/fleet.ts';
import { populate, wrongIn } from '../support/fleet-verdict.ts';
import { newVersion } from '../support/small-azure.ts';
import { Random } from '../support/random.ts';
import { domainJoin, joinSecret } from '../support/small-machine.ts';
import { absenceOf, drawnLadder } from '../support/user-habits.ts';
import { type Ills, World } from '../support/world.ts';

interface Lived {
  readonly wrongs: readonly string[];
  readonly hosts: readonly Host[];
  readonly steps: number;
}

const { sessions, minDrainMinutes, exclusionTag, healthy } = link.policy;
const hostsPerLife = 2;

export type Kind = FleetKind;
type Task = NonNullable<HostPlan['task']>;

/** Two hosts brought to the version at once, with all that may come in between. Says what was wrong in the end. */
export async function hostLives(ills: Ills, without: Without = {}, kind: Kind = 'uniform'): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const fleet = fleetIn(world, without, (azure) => {
    azure.kind = kind;
  });
  const users = new Random(ills.seed);
  if (kind !== 'uniform' && users.happens(0.3)) fleet.azure.desktop.type = 'Personal';
  fleet.azure.addForeign('sql-0');
  fleet.azure.desktop.absence = () => absenceOf(users);
  populate(world, fleet, hostsPerLife);
  fleet.azure.model = newVersion;
  await world.passUntil(() => false, { days: 1 / 48 });
  const ids = Array.from({ length: hostsPerLife }, (_, number) => `r.${number}`);
  const personal = fleet.azure.desktop.type === 'Personal';
  for (const id of ids) {
    const number = id.slice(2);
    const isLast = number === '1';
    const task =
      kind === 'stand-alone' && isLast && !personal
        ? users.oneOf(['add', 'retire', 'update'] as const)
        : 'update';
    beginAndMeddle(world, fleet, id, { ills, users, task });
  }
  const areOver = async () => {
    const hosts = await Promise.all(ids.map(async (id) => (await fleet.seen.hosts.load(id))?.state));
    return hosts.every((host) => host && !('standing' in host));
  };
  await world.passUntil(areOver, { days: 3 });
  if (kind === 'stand-alone' && users.happens(0.7)) await retryTheLost(world, fleet);
  // Whatever is still on its way lands before the books are closed.
  await world.passUntil(() => false, { days: 1 / 24 });
  const hosts = (await fleet.seen.hosts.loadAll('r.')).map(({ saved }) => saved.state);
  const wrongs = wrongIn(fleet, hosts);
  if (hosts.length < ids.length) wrongs.push('a host was never begun');
  return { wrongs, hosts, steps: world.steps };
}

/** Somebody corrects the cause and has them tried again, whether their machine is there or gone. */
async function retryTheLost(world: World, { azure, hostApi, seen }: Fleet): Promise<void> {
  const lost = (await seen.hosts.loadAll('r.')).filter(
    ({ saved }) => saved.state.phase === 'quarantined' && saved.state.plan.task === 'update',
  );
  azure.vms.calm();
  for (const { id, saved } of lost) {
    const { plan, facts } = saved.state;
    const again = { ...plan, ...(facts.blueprint && { blueprint: facts.blueprint }) };
    world.start(async () => {
      await hostApi.ensureAdmitted(`${id}~2`, again);
      await hostApi.go(`${id}~2`);
    });
  }
  const areOver = async () => {
    const hosts = await seen.hosts.loadAll('r.');
    return hosts.every(({ saved }) => !('standing' in saved.state));
  };
  await world.passUntil(() => false, { days: 1 / 96 });
  await world.passUntil(areOver, { days: 3 });
}

interface Doing {
  readonly ills: Ills;
  readonly users: Random;
  readonly task: Task;
}

/** What is to be done to a host of this kind, with a policy of its own. */
function drawnPlan({ random }: World, kind: Kind, number: string, { users, task }: Doing): HostPlan {
  const name = `avd-${number}`;
  const standsAlone = kind === 'stand-alone';
  return {
    rollout: 'r',
    name,
    way: kind,
    task,
    ...(task === 'add' && { like: 'avd-0' }),
    ...(standsAlone && { secrets: { extensions: { [domainJoin]: joinSecret } } }),
    machine: {
      subscriptionId: 's',
      resourceGroup: 'g',
      ...(!standsAlone && { scaleSet: 'set' }),
      instanceId: kind === 'uniform' ? number : name,
    },
    location: 'westeurope',
    pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
    sessionHost: random.happens(0.2) || task === 'add' ? '' : name,
    imageVersionId: newVersion,
    policy: {
      sessions: {
        ...sessions,
        atGraceEnd: random.oneOf(['log-off', 'wait']),
        ...drawnLadder(users),
      },
      minDrainMinutes,
      exclusionTag,
      healthy,
      ...(standsAlone && users.happens(0.5) && { failedHosts: 'restore' }),
    },
  };
}

function beginAndMeddle(
  world: World,
  { azure, hostApi, seen, onHostSaved }: Fleet,
  id: string,
  doing: Doing,
): void {
  const { random } = world;
  const plan = drawnPlan(world, azure.kind, doing.task === 'add' ? '7' : id.slice(2), doing);
  const { name, machine } = plan;
  if (doing.task === 'add' && doing.users.happens(0.1)) azure.add('7');
  // Whoever asks asks until he is heard, as a rollout does at each look.
  world.start(async () => await hostApi.ensureAdmitted(id, plan));
  // Its turn comes sooner or later, and it is told until it has heard.
  const go = async () => {
    if (await seen.hosts.load(id)) await hostApi.go(id);
    world.start(go, 300);
  };
  world.start(go, random.oneOf([0, random.between(60, 5400)]));
  if (random.happens(0.2)) {
    world.start(
      async () => await hostApi.abort(id, { by: 'somebody', reason: 'no more' }),
      random.between(60, 3600),
    );
  }
  if (random.happens(0.05)) world.after(random.between(60, 3600), () => azure.vanish(machine.instanceId));
  // A person lifts the drain; not in the very moment of the reimage, which nobody could see coming.
  const lift = async () => {
    const host = (await seen.hosts.load(id))?.state;
    const { stage = 'exclude', intent } = host && 'standing' in host ? host.standing : {};
    if (['empty', 'turn'].includes(stage) || (['reimage', 'remove'].includes(stage) && !intent)) {
      // A drain of ours that lands late may cover it up, and with it whom the broker sent meanwhile.
      azure.desktop.lift(name, { unnoticed: doing.ills.faults > 0 });
    }
  };
  if (random.happens(0.2)) world.start(lift, random.between(60, 1200));
  onHostSaved.push((host, event) => {
    const isEmptied = host.plan.name === name && event.type === 'stage-done' && event.stage === 'empty';
    if (isEmptied && random.happens(0.1)) world.start(lift, random.between(0, 15));
  });
}
