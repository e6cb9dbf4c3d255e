import type { Look, Settled } from '../workflow/look.ts';
import { registered } from './exclude.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { Machine, Machines } from './machine.ts';
import type { Readings } from './readings.ts';
import { running } from './stage.ts';

interface Parts {
  readonly machines: Machines;
  readonly readings: Readings;
}

/**
 * Nothing on the machine comes into its pool any more, where a script of ours may yet be installing the agent:
 * an agent that registers takes users from its first second, and also between the removal of its session host
 * and the end of the machine. That a run command is removed ends its script, but Azure says of no installer
 * that the script has started that it ends as well; a machine that is off runs none. Undefined once it is so
 * and whatever had come by then is known.
 */
export async function silenced(
  { machines }: Parts,
  { work: { plan, facts }, now }: Look<Host>,
  { power }: Machine,
): Promise<Settled<Facts> | undefined> {
  if (!mayRegister({ plan, facts })) return undefined;
  if (power !== 'deallocated' && power !== 'stopped') {
    await machines.deallocate(plan.machine);
    return running('the machine to be off, so that nothing registers', 15, { facts: { silentSince: '' } });
  }
  if (facts.silentSince) return undefined;
  // The pool is read once more, and not as it was before the machine was off.
  return running('what may have registered', 0, { facts: { silentSince: now } });
}

/** A session host that came by such a script: it is drained and emptied before it goes. */
export async function newcomer({ readings }: Parts, look: Look<Host>, machine: Machine) {
  const { work: host } = look;
  if (!mayRegister(host)) return undefined;
  const found = await registered(readings, look, machine);
  if (!found || found.name === host.facts.sessionHost) return undefined;
  return running('it to be emptied', 0, { facts: { sessionHost: found.name } });
}

/** Its agent was never seen to be well, as far as this work or an earlier one got with it. */
function mayRegister({ plan, facts }: Pick<Host, 'plan' | 'facts'>): boolean {
  if (plan.task === 'add') return facts.reimagedAt !== undefined;
  return facts.restore !== undefined || facts.prior?.wasQuarantined === true;
}
