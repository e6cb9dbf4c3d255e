import { secondsBetween } from '../instant.ts';
import type { Host } from './host.ts';
import type { Machines } from './machine.ts';
import { allow } from './drain.ts';
import { mark } from './exclude.ts';
import type { SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, running } from './stage.ts';
import { tagged } from './tag.ts';

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
  // Nothing was changed before this was kept.
  if (!facts.prior) return undefined;
  // What was found in quarantine and not brought onto a version goes back there: it is as ill as it was.
  const isLeft = host.phase === 'putting-back' && facts.prior.wasQuarantined === true;
  if (!(await tagged(machines, host, isLeft ? mark(facts.prior) : facts.prior.tag))) {
    return `tag ${plan.policy.exclusionTag} to be as it was`;
  }
  // Last, so that users come to a host that is its old self in every other way.
  const { sessionHost } = facts;
  if (sessionHost === undefined) return undefined;
  const wanted = !isLeft && facts.prior.allowNewSession;
  await allow(sessionHosts, host, wanted);
  const after = await sessionHosts.read(plan.pool, sessionHost);
  return after?.allowNewSession === !wanted ? 'the drain flag to be as it was' : undefined;
}
