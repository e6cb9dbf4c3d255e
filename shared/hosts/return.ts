import { secondsBetween } from '../instant.ts';
import { sessionsOf } from './empty.ts';
import type { Settled } from '../workflow/look.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { Prior } from './course.ts';
import type { Machines } from './machine.ts';
import { allow } from './drain.ts';
import { mark } from './exclude.ts';
import type { SessionHost, SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, isTurnedAway, machineOf, running } from './stage.ts';
import { tagged, userTag } from './tag.ts';

/** A look that began before the end was decided may still have a request on its way to Azure. */
const lateRequestsSeconds = 120;

/** The scaling plan and the broker find the host as it was before: both written, and read back. */
export function ensureReturned(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async ({ work: host, now, since }) => {
    const late = host.phase === 'putting-back' ? lateRequestsSeconds - secondsBetween(since, now) : 0;
    const open = await notYetBack(machines, sessionHosts, host);
    if (open) return open;
    return late > 0 ? running('what may still be on its way to Azure', Math.ceil(late)) : done();
  };
}

const lookSeconds = 5;

/** What could not be put back yet; undefined once all is as it was. */
async function notYetBack(
  machines: Machines,
  sessionHosts: SessionHosts,
  host: Host,
): Promise<Settled<Facts> | undefined> {
  const { plan, facts } = host;
  const { prior, sessionHost } = facts;
  // Nothing was changed before this was kept.
  if (!prior) return undefined;
  // What was found in quarantine and not brought onto a version goes back there: it is as ill as it was.
  const isLeft = host.phase === 'putting-back' && prior.wasQuarantined === true;
  if (!isLeft) {
    const open = await powerOrUser(machines, sessionHosts, host, prior);
    if (open) return open;
  }
  if (!(await tagged(machines, host, isLeft ? mark(prior) : prior.tag))) {
    return running(`tag ${plan.policy.exclusionTag} to be as it was`, lookSeconds);
  }
  // Last, so that users come to a host that is its old self in every other way.
  if (sessionHost === undefined) return undefined;
  const wanted = !isLeft && prior.allowNewSession;
  await allow(sessionHosts, host, wanted);
  const after = await sessionHosts.read(plan.pool, sessionHost);
  return after?.allowNewSession === !wanted
    ? running('the drain flag to be as it was', lookSeconds)
    : undefined;
}

/** While nobody can come yet: it is off again, and his whose it was. */
async function powerOrUser(
  machines: Machines,
  sessionHosts: SessionHosts,
  host: Host,
  { power, assignedUser }: Prior,
): Promise<Settled<Facts> | undefined> {
  // On its way back it was never started by us: if it runs, somebody wanted it.
  if (power && host.phase === 'running' && !(await isOff(machines, sessionHosts, host)))
    return running('the machine to be off again', lookSeconds);
  if (assignedUser === undefined) return undefined;
  const open = await assigned(sessionHosts, host, assignedUser);
  if (open) return open;
  return (await tagged(machines, host, undefined, userTag))
    ? undefined
    : running(`tag ${userTag} to be taken away`, lookSeconds);
}

async function isOff(machines: Machines, sessionHosts: SessionHosts, host: Host): Promise<boolean> {
  const { power } = await machineOf(machines, host);
  if (power === 'deallocated' || power === 'stopped') return true;
  // Drained as it is, whoever is there needs it now.
  if ((await sessionsOf(sessionHosts, host)).length > 0) return true;
  await machines.deallocate(host.plan.machine);
  return false;
}

/**
 * Undefined once the desktop is his. Where the broker gives desktops to whoever comes, he may have come while
 * this one was in no pool: then he has another, which is his from now on, and Azure gives nobody two.
 */
async function assigned(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  user: string,
): Promise<Settled<Facts> | undefined> {
  const { sessionHost, givenMeanwhile } = facts;
  const found = sessionHost === undefined ? undefined : await sessionHosts.read(plan.pool, sessionHost);
  // Without a record in the pool there is nothing to be assigned.
  if (!found || givenMeanwhile || isHis(found, user)) return undefined;
  try {
    await sessionHosts.assign(plan.pool, found.name, user);
  } catch (error) {
    if (!isTurnedAway(error) || error.retryable) throw error;
    const all = await sessionHosts.list(plan.pool);
    const other = all.find((one) => one.name !== found.name && isHis(one, user));
    if (!other) throw error;
    const news = `${user} was given ${other.name} meanwhile and keeps it; ${plan.name} is nobody’s`;
    return running('its way back', 0, { facts: { givenMeanwhile: { user, desktop: other.name } }, news });
  }
  return running(`the desktop to be ${user}’s again`, lookSeconds);
}

function isHis({ assignedUser }: SessionHost, user: string): boolean {
  return assignedUser.toLowerCase() === user.toLowerCase();
}
