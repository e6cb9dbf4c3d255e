import { fqdnOf, type Computer } from '../compute/computer.ts';
import type { Computers } from '../compute/computers.ts';
import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { LocalCall, LocalRoute } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import type { AgentOrders, Agents } from './agents.ts';
import type { Autoscaler } from './autoscaler.ts';
import type { Broker } from './broker.ts';
import { CHECK_NAMES } from './health.ts';
import { HOST_POOL, isObject, type HostPool, type HostPoolProperties } from './host-pool.ts';
import { setManagement } from './management.ts';
import type { People } from './people.ts';
import { lastHeartBeat, type SessionHost } from './session-host.ts';

/** What is told of a machine that the broker has no record of. */
const UNREGISTERED: Json = {
  registered: false,
  status: null,
  usable: false,
  allowNewSession: null,
  assignedUser: null,
  sessions: [],
  lastHeartBeat: null,
};

interface Parts {
  readonly world: World;
  readonly broker: Broker;
  readonly agents: Agents;
  readonly computers: Computers;
  readonly people: People;
  readonly autoscaler: Autoscaler;
}

/** The truth about pools, hosts and people, and the switches that break them. */
export function desktopLocalRoutes({
  world,
  broker,
  agents,
  computers,
  people,
  autoscaler,
}: Parts): LocalRoute[] {
  const pools = () => world.resources.list<HostPoolProperties>({ type: HOST_POOL });
  const poolOf = ({ params }: LocalCall): HostPool => {
    const pool = pools().find(({ name }) => name.toLowerCase() === params['pool']?.toLowerCase());
    if (pool) return pool;
    throw new ArmError(404, 'NotFound', `There is no host pool '${params['pool'] ?? ''}'.`);
  };
  const namesOf = ({ params }: LocalCall): string => {
    const { name = '' } = params;
    if (name === '*') return name;
    const machine = computers.named(name);
    if (machine) return machine.guest.name;
    throw new ArmError(404, 'NotFound', `There is no host '${name}'.`);
  };

  const recordJson = (host: SessionHost): Json => ({
    registered: !host.stale,
    status: broker.status(host),
    usable: broker.isUsable(host),
    allowNewSession: host.allowNewSession,
    assignedUser: host.assignedUser ?? null,
    sessions: [...host.sessions.values()].map(({ id, user, state }) => ({ id, user, state })),
    lastHeartBeat: new Date(lastHeartBeat(host, world.timeline.now())).toISOString(),
  });
  const hostJson = (pool: HostPool, machine: Computer): Json => {
    const host = broker.host(pool, fqdnOf(machine));
    const { imageReference = {}, osDisk } = machine.instance.properties.storageProfile;
    return {
      name: fqdnOf(machine),
      instanceId: machine.instanceId,
      resourceId: machine.instance.id,
      imageVersion: imageReference.exactVersion ?? null,
      image: imageReference.id ?? null,
      osDisk: osDisk.managedDisk.id,
      provisioningState: machine.instance.properties.provisioningState,
      power: machine.guest.power,
      ...(host ? recordJson(host) : UNREGISTERED),
      tags: machine.instance.tags ?? {},
      reimages: broker.measure(pool).reimages(machine.instance.id),
    };
  };

  const pool = (call: LocalCall): Answer => {
    const found = poolOf(call);
    const hosts = broker.machinesOf(found).map((machine) => hostJson(found, machine));
    return {
      status: 200,
      body: { name: found.name, hosts, ...broker.measure(found).toJson(), people: people.counts(found) },
    };
  };
  const reset = (call: LocalCall): Answer => {
    broker.resetMeasure(poolOf(call));
    return { status: 204 };
  };

  /** `{check, image?, broken?}`: breaks a check on a host or on all, or mends it with `broken: false`. */
  const health = (call: LocalCall): Answer => {
    const host = namesOf(call);
    const { check, image, broken } = asObject(call.body);
    if (typeof check !== 'string' || !CHECK_NAMES.includes(check)) {
      throw new ArmError(400, 'InvalidRequest', `check must be one of ${CHECK_NAMES.join(', ')}.`);
    }
    broker.healthOrders = broker.healthOrders.filter((order) => order.host !== host || order.check !== check);
    if (broken !== false)
      broker.healthOrders.push({ host, check, ...(typeof image === 'string' && { image }) });
    broker.sampleAll();
    return { status: 200, body: { value: broker.healthOrders } };
  };

  /** `{boot?: 'fails', registration?: 'fails' | 'silent', heartbeat?: 'stops', upgradeMinutes?: 30}`; 'ok' takes back. */
  const orders = (call: LocalCall): Answer => {
    const name = namesOf(call);
    const { boot, heartbeat, ...agent } = asObject(call.body) as AgentOrders & Record<string, unknown>;
    if (boot === 'fails' || boot === 'ok') computers.orders.set(name, { boot });
    const machine = computers.named(name);
    if (machine && heartbeat !== undefined) agents.silence(machine, heartbeat === 'stops');
    return { status: 200, body: { ...computers.orders.get(name), ...agents.order(name, agent) } };
  };

  const populate = ({ body }: LocalCall): Answer => {
    const { pool: name, people: count, stays, leavesDisconnected } = asObject(body);
    const found = poolOf({ params: { pool: String(name) }, query: new URLSearchParams(), body });
    if (typeof count !== 'number') throw new ArmError(400, 'InvalidRequest', 'people must be a number.');
    const habits = {
      ...(typeof stays === 'number' && { stays }),
      ...(typeof leavesDisconnected === 'number' && { leavesDisconnected }),
    };
    people.populate(found, count, { habits });
    return { status: 200, body: { ...people.counts(found) } };
  };
  const everybody = (): Answer => ({
    status: 200,
    body: { value: pools().map((one) => Object.assign(people.counts(one), { pool: one.name })) },
  });
  /** `{managementType}`: gives a pool a session host configuration, or takes it away. */
  const manage = (call: LocalCall): Answer => {
    const { managementType } = asObject(call.body);
    if (managementType !== 'Standard' && managementType !== 'Automated') {
      throw new ArmError(400, 'InvalidRequest', 'managementType must be Standard or Automated.');
    }
    setManagement(broker, poolOf(call), managementType);
    return { status: 200, body: { managementType } };
  };
  const scaling = ({ body }: LocalCall): Answer => {
    if (isObject(body)) autoscaler.order(body);
    const { undrained, deeds } = autoscaler;
    return { status: 200, body: { ...autoscaler.orders, undrained, deeds } };
  };

  return [
    {
      method: 'GET',
      path: '/local/avd/pools',
      handle: () => ({ status: 200, body: { value: pools().map(({ name }) => name) } }),
    },
    { method: 'GET', path: '/local/avd/pools/{pool}', handle: pool },
    { method: 'POST', path: '/local/avd/pools/{pool}/reset', handle: reset },
    { method: 'POST', path: '/local/avd/pools/{pool}/management', handle: manage },
    { method: 'POST', path: '/local/hosts/{name}/health', handle: health },
    { method: 'POST', path: '/local/hosts/{name}', handle: orders },
    { method: 'GET', path: '/local/people', handle: everybody },
    { method: 'POST', path: '/local/people', handle: populate },
    { method: 'GET', path: '/local/autoscaler', handle: scaling },
    { method: 'POST', path: '/local/autoscaler', handle: scaling },
  ];
}

function asObject(body: unknown): Json {
  if (isObject(body)) return body;
  throw new ArmError(400, 'InvalidRequest', 'The body must be a JSON object.');
}
