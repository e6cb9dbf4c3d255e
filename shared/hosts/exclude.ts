import type { Host } from './host.ts';
import { called, type Machine, type Machines } from './machine.ts';
import type { SessionHost, SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, machineOf, running } from './stage.ts';

type Prior = NonNullable<Host['facts']['prior']>;

/**
 * The scaling plan leaves the machine alone, so that it neither starts it nor lifts its drain. What the tag
 * and the drain flag were is kept before either is changed, in the state and in the tag itself: a later
 * rollout that takes on a quarantined host finds there what is to be put back in the end.
 */
export function ensureExcluded(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async ({ work: host }) => {
    const { plan, facts } = host;
    const tag = plan.policy.exclusionTag;
    const machine = await machineOf(machines, host);
    if (!facts.prior) {
      const sessionHost = await registered(sessionHosts, host, machine);
      const prior = priorOf(machine.tags[tag], sessionHost);
      const known = sessionHost && { sessionHost: sessionHost.name };
      return running('its former state to be kept', 0, { facts: { prior, ...known } });
    }
    const wanted = mark(facts.prior);
    if (machine.tags[tag] === wanted) return done();
    await machines.setTag(plan.machine, tag, wanted);
    const written = (await machineOf(machines, host)).tags[tag] === wanted;
    return written ? done() : running(`tag ${tag} to be written`, 5);
  };
}

/** The session host on the machine, by its name or else by the machine it says it runs on. */
export async function registered(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  machine: Machine,
): Promise<SessionHost | undefined> {
  if (facts.sessionHost !== undefined) return await sessionHosts.read(plan.pool, facts.sessionHost);
  const all = await sessionHosts.list(plan.pool);
  return all.find(
    ({ resourceId, name }) =>
      resourceId.toLowerCase() === machine.id.toLowerCase() ||
      (resourceId === '' && name.split('.')[0]?.toLowerCase() === called(machine).toLowerCase()),
  );
}

const ours = /^goldsmith:(open|closed):?(.*)$/s;

function mark({ allowNewSession, tag }: Prior): string {
  const flag = `goldsmith:${allowNewSession ? 'open' : 'closed'}`;
  // A tag value holds 256 characters.
  return tag === undefined ? flag : `${flag}:${tag}`.slice(0, 256);
}

function priorOf(value: string | undefined, sessionHost: SessionHost | undefined): Prior {
  const left = value === undefined ? undefined : ours.exec(value);
  if (left) {
    const hadTag = value !== `goldsmith:${left[1]}`;
    return { allowNewSession: left[1] === 'open', ...(hadTag && { tag: left[2] ?? '' }) };
  }
  return {
    allowNewSession: sessionHost?.allowNewSession ?? true,
    ...(value !== undefined && { tag: value }),
  };
}
