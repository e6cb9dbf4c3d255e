import type { Host } from './host.ts';
import { called, type Machine, type Machines } from './machine.ts';
import { type AtHost, freshFor, type Readings } from './readings.ts';
import type { SessionHost } from './session-host.ts';
import { done, type EnsureHostStage, running, seenMachine } from './stage.ts';
import { tagged } from './tag.ts';

type Prior = NonNullable<Host['facts']['prior']>;

/**
 * The scaling plan leaves the machine alone, so that it neither starts it nor lifts its drain. What the tag
 * and the drain flag were is kept before either is changed, in the state and in the tag itself: a later
 * rollout that takes on a quarantined host finds there what is to be put back in the end.
 */
export function ensureExcluded(machines: Machines, readings: Readings): EnsureHostStage {
  return async (look) => {
    const { work: host } = look;
    const { plan, facts } = host;
    const tag = plan.policy.exclusionTag;
    if (facts.prior) {
      return (await tagged(machines, host, mark(facts.prior)))
        ? done()
        : running(`tag ${tag} to be written`, 5);
    }
    const machine = await seenMachine(machines, readings, look);
    const sessionHost = await registered(readings, look, machine);
    const prior = priorOf(machine.tags[tag], sessionHost);
    const known = sessionHost && { sessionHost: sessionHost.name };
    return running('its former state to be kept', 0, { facts: { prior, ...known } });
  };
}

/** The session host on the machine, by its name or else by the machine it says it runs on. */
export async function registered(
  readings: Readings,
  look: AtHost,
  machine: Machine | undefined,
): Promise<SessionHost | undefined> {
  const { plan, facts } = look.work;
  const all = await readings.sessionHosts(plan.pool, freshFor(look));
  if (facts.sessionHost !== undefined) return named(all, facts.sessionHost);
  return machine && all.find((sessionHost) => isOn(machine, sessionHost));
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

const ours = /^goldsmith:(open|closed):?(.*)$/s;

/** What the tag says while a host is ours: how it was before. */
export function mark({ allowNewSession, tag }: Prior): string {
  const flag = `goldsmith:${allowNewSession ? 'open' : 'closed'}`;
  // A tag value holds 256 characters.
  return tag === undefined ? flag : `${flag}:${tag}`.slice(0, 256);
}

function priorOf(value: string | undefined, sessionHost: SessionHost | undefined): Prior {
  const left = value === undefined ? undefined : ours.exec(value);
  if (left) {
    const hadTag = value !== `goldsmith:${left[1]}`;
    const before = { allowNewSession: left[1] === 'open', ...(hadTag && { tag: left[2] ?? '' }) };
    return { ...before, wasQuarantined: true };
  }
  return {
    allowNewSession: sessionHost?.allowNewSession ?? true,
    ...(value !== undefined && { tag: value }),
  };
}
