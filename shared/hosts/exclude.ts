import type { Look, Settled } from '../workflow/look.ts';
import type { HostPlan, KeptBlueprint, Prior } from './course.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import { called, type Machine, type Machines, poolTag, poolTagOf } from './machine.ts';
import { type AtHost, freshFor, type Readings } from './readings.ts';
import type { SessionHost } from './session-host.ts';
import { done, type EnsureHostStage, failed, running, seenMachine } from './stage.ts';
import { tagged, userTag } from './tag.ts';

/**
 * The scaling plan leaves the machine alone, so that it neither starts it nor lifts its drain. What the tag,
 * the drain flag, its power and its user were is kept before anything is changed, in the state and in tags: a
 * later rollout that takes on a quarantined host finds there what is to be put back in the end. Where the
 * machine is gone, and what it takes to make it anew is known, there is nothing to be left alone.
 */
export function ensureExcluded(machines: Machines, readings: Readings): EnsureHostStage {
  return async (look) => {
    const { work: host } = look;
    const { plan, facts } = host;
    const tag = plan.policy.exclusionTag;
    if (facts.blueprint) return done();
    if (facts.prior) {
      const { assignedUser } = facts.prior;
      // First what nobody could find out afterwards.
      if (assignedUser !== undefined && !(await tagged(machines, host, assignedUser, userTag)))
        return running(`tag ${userTag} to be written`, 5);
      return (await tagged(machines, host, mark(facts.prior)))
        ? done()
        : running(`tag ${tag} to be written`, 5);
    }
    const left = plan.blueprint && (await ofAnEarlierWork(machines, readings, look, plan.blueprint));
    if (left) return left;
    const machine = await seenMachine(machines, readings, look);
    const sessionHost = await registered(readings, look, machine);
    const prior = priorOf(machine, tag, sessionHost);
    const known = sessionHost && { sessionHost: sessionHost.name };
    return running('its former state to be kept', 0, { facts: { prior, ...known } });
  };
}

/** The machine is gone, and is made anew from what was kept; or its name is somebody else's by now. Else undefined. */
async function ofAnEarlierWork(
  machines: Machines,
  readings: Readings,
  look: Look<Host>,
  blueprint: KeptBlueprint,
): Promise<Settled<Facts> | undefined> {
  const { plan } = look.work;
  const machine = await machines.read(plan.machine);
  if (!machine) {
    const { prior = { allowNewSession: true } } = blueprint;
    const known = { prior, blueprint, keptAt: look.now };
    return running('its machine to be made anew', 0, { facts: known });
  }
  const isOfPool = machine.tags[poolTag]?.toLowerCase() === poolTagOf(plan.pool);
  if (isOfPool || (await registered(readings, look, machine))) return undefined;
  const message = `${plan.name} is the name of a machine that is none of the pool's, and is left alone.`;
  return failed('NameTaken', message);
}

/** The session host on the machine, by its name or else by the machine it says it runs on. */
export async function registered(
  readings: Readings,
  look: AtHost,
  machine: Machine | undefined,
): Promise<SessionHost | undefined> {
  const { plan, facts } = look.work;
  const all = await readings.sessionHosts(plan.pool, freshFor(look));
  const byName = facts.sessionHost === undefined ? undefined : named(all, facts.sessionHost);
  if (byName) return byName;
  const anew = all.find((sessionHost) => isOnVirtualMachine(plan, sessionHost));
  if (anew || facts.sessionHost !== undefined) return anew;
  return machine && all.find((sessionHost) => isOn(machine, sessionHost));
}

/** A machine that is made anew has the id that it had, and may have another name in the pool. */
function isOnVirtualMachine({ way = 'uniform', machine }: HostPlan, { resourceId }: SessionHost): boolean {
  if (way === 'uniform') return false;
  const { resourceGroup, instanceId } = machine;
  const end = `/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${instanceId}`;
  return resourceId.toLowerCase().endsWith(end.toLowerCase());
}

/** Azure keeps the case that a host registered with, which need not be the one it is asked for by. */
export function named(all: readonly SessionHost[], wanted: string): SessionHost | undefined {
  return all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}

function isOn(machine: Machine, { resourceId, name }: SessionHost): boolean {
  return (
    resourceId.toLowerCase() === machine.id.toLowerCase() ||
    (resourceId === '' && name.split('.')[0]?.toLowerCase() === called(machine).toLowerCase())
  );
}

const ours = /^goldsmith:(open|closed)(,off)?(?::(.*))?$/s;

/** What the tag says while a host is ours: how it was before. */
export function mark({ allowNewSession, power, tag }: Prior): string {
  const flags = `goldsmith:${allowNewSession ? 'open' : 'closed'}${power ? ',off' : ''}`;
  // A tag value holds 256 characters.
  return tag === undefined ? flags : `${flags}:${tag}`.slice(0, 256);
}

function priorOf({ tags, power }: Machine, tag: string, sessionHost: SessionHost | undefined): Prior {
  const value = tags[tag];
  const assignedUser = sessionHost?.assignedUser || tags[userTag];
  const user = assignedUser === undefined ? {} : { assignedUser };
  const left = value === undefined ? undefined : leftBy(value);
  if (left) return { ...left, ...user };
  const isOff = power === 'deallocated' || power === 'stopped';
  return {
    allowNewSession: sessionHost?.allowNewSession ?? true,
    ...(value !== undefined && { tag: value }),
    ...(isOff && { power: 'deallocated' }),
    ...user,
  };
}

/** What the tag says of the time before the rollout that left it; undefined if it is none of ours. */
function leftBy(value: string): Prior | undefined {
  const left = ours.exec(value);
  if (!left) return undefined;
  const [, flag, off, tag] = left;
  return {
    allowNewSession: flag === 'open',
    ...(tag !== undefined && { tag }),
    ...(off !== undefined && { power: 'deallocated' }),
    wasQuarantined: true,
  };
}
