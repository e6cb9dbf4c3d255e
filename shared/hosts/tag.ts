import { AppError } from '../errors.ts';
import type { Host } from './host.ts';
import type { Machines } from './machine.ts';
import { machineOf } from './stage.ts';

/** Whose desktop a machine is, while the record of it in the pool may be gone. */
export const userTag = 'goldsmith-assigned-user';

/** A machine that was made and has not all of its extensions yet: what is read off it is not all there is to it. */
export const unequippedTag = 'goldsmith-not-equipped';

/** Writes the exclusion tag of the policy or another, or takes it away, and says whether Azure shows it so now. */
export async function tagged(
  machines: Machines,
  host: Host,
  value: string | undefined,
  tag = host.plan.policy.exclusionTag,
): Promise<boolean> {
  const { machine } = host.plan;
  try {
    await machines.setTag(machine, tag, value);
  } catch (error) {
    // That the machine is gone says more than that the tag was refused.
    if (error instanceof AppError && !error.retryable) await machineOf(machines, host);
    throw error;
  }
  return (await machineOf(machines, host)).tags[tag] === value;
}
