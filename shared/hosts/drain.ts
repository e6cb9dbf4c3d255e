import { hasCode } from '../errors.ts';
import { registered } from './exclude.ts';
import type { Host } from './host.ts';
import { madeBy } from './made-by.ts';
import { type Machines, madeByTag } from './machine.ts';
import type { Readings } from './readings.ts';
import type { SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, running } from './stage.ts';

interface Parts {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly readings: Readings;
}

/** The broker sends nobody here any more: written, and read back. */
export function ensureDrained({ machines, sessionHosts, readings }: Parts): EnsureHostStage {
  return async (look) => {
    const { work: host } = look;
    // One that was added and is taken away again may have come into its pool without our knowing.
    if (host.plan.task === 'add' && host.facts.sessionHost === undefined) {
      const found = (await isMade(machines, host)) ? await registered(readings, look, undefined) : undefined;
      return found ? running('the drain to begin', 0, { facts: { sessionHost: found.name } }) : done();
    }
    await drain(sessionHosts, host);
    return (await isDrained(sessionHosts, host)) ? done() : running('the drain flag to be written', 5);
  };
}

/** Whether what is there was made by us, or may have been: before it was asked for, and under a name that is taken, nothing was. */
async function isMade(machines: Machines, { plan, facts }: Host): Promise<boolean> {
  if (facts.mayLandUntil === undefined) return false;
  const machine = await machines.read(plan.machine);
  return !machine || machine.tags[madeByTag] === madeBy(plan);
}

/** Asked of Azure now. A machine that is in no pool takes no users either. */
export async function isDrained(sessionHosts: SessionHosts, { plan, facts }: Host): Promise<boolean> {
  if (facts.sessionHost === undefined) return true;
  const found = await sessionHosts.read(plan.pool, facts.sessionHost);
  return found?.allowNewSession !== true;
}

export async function drain(sessionHosts: SessionHosts, host: Host): Promise<void> {
  await allow(sessionHosts, host, false);
}

/** Nothing to do if the session host is gone. */
export async function allow(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  isOpen: boolean,
): Promise<void> {
  if (facts.sessionHost === undefined) return;
  try {
    await sessionHosts.setAllowNewSession(plan.pool, facts.sessionHost, isOpen);
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error;
  }
}
