import { secondsBetween } from '../instant.ts';
import { sessionsOf } from './empty.ts';
import type { Host } from './host.ts';
import type { Prior } from './course.ts';
import type { Machines } from './machine.ts';
import { allow } from './drain.ts';
import { mark } from './exclude.ts';
import type { SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, machineOf, running } from './stage.ts';
import { tagged, userTag } from './tag.ts';

/** A look that began before the end was decided may still have a request on its way to Azure. */
const lateRequestsSeconds = 120;

/** The scaling plan and the broker find the host as it was before: both written, and read back. */
export function ensureReturned(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async ({ work: host, now, since }) => {
    const late = host.phase === 'putting-back' ? lateRequestsSeconds - secondsBetween(since, now) : 0;
    const open = await notYetBack(machines, sessionHosts, host);
    if (open !== undefined) return running(open, 5);
    return late > 0 ? running('what may still be on its way to Azure', Math.ceil(late)) : done();
  };
}

/** What could not be put back yet; undefined once all is as it was. */
async function notYetBack(
  machines: Machines,
  sessionHosts: SessionHosts,
  host: Host,
): Promise<string | undefined> {
  const { plan, facts } = host;
  const { prior, sessionHost } = facts;
  // Nothing was changed before this was kept.
  if (!prior) return undefined;
  // What was found in quarantine and not brought onto a version goes back there: it is as ill as it was.
  const isLeft = host.phase === 'putting-back' && prior.wasQuarantined === true;
  if (!isLeft) {
    const open = await powerOrUser(machines, sessionHosts, host, prior);
    if (open !== undefined) return open;
  }
  if (!(await tagged(machines, host, isLeft ? mark(prior) : prior.tag))) {
    return `tag ${plan.policy.exclusionTag} to be as it was`;
  }
  // Last, so that users come to a host that is its old self in every other way.
  if (sessionHost === undefined) return undefined;
  const wanted = !isLeft && prior.allowNewSession;
  await allow(sessionHosts, host, wanted);
  const after = await sessionHosts.read(plan.pool, sessionHost);
  return after?.allowNewSession === !wanted ? 'the drain flag to be as it was' : undefined;
}

/** While nobody can come yet: it is off again, and his whose it was. */
async function powerOrUser(
  machines: Machines,
  sessionHosts: SessionHosts,
  host: Host,
  { power, assignedUser }: Prior,
): Promise<string | undefined> {
  // On its way back it was never started by us: if it runs, somebody wanted it.
  if (power && host.phase === 'running' && !(await isOff(machines, sessionHosts, host)))
    return 'the machine to be off again';
  if (assignedUser === undefined) return undefined;
  if (!(await isAssigned(sessionHosts, host, assignedUser)))
    return `the desktop to be ${assignedUser}’s again`;
  return (await tagged(machines, host, undefined, userTag)) ? undefined : `tag ${userTag} to be taken away`;
}

async function isOff(machines: Machines, sessionHosts: SessionHosts, host: Host): Promise<boolean> {
  const { power } = await machineOf(machines, host);
  if (power === 'deallocated' || power === 'stopped') return true;
  // Drained as it is, whoever is there needs it now.
  if ((await sessionsOf(sessionHosts, host)).length > 0) return true;
  await machines.deallocate(host.plan.machine);
  return false;
}

async function isAssigned(sessionHosts: SessionHosts, { plan, facts }: Host, user: string): Promise<boolean> {
  const { sessionHost } = facts;
  const found = sessionHost === undefined ? undefined : await sessionHosts.read(plan.pool, sessionHost);
  // Without a record in the pool there is nothing to be assigned.
  if (!found || found.assignedUser.toLowerCase() === user.toLowerCase()) return true;
  await sessionHosts.assign(plan.pool, found.name, user);
  return false;
}
