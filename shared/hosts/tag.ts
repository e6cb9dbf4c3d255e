import { AppError } from '../errors.ts';
import type { Host } from './host.ts';
import type { Machines } from './machine.ts';
import { machineOf } from './stage.ts';

/** Writes the exclusion tag of the policy, or takes it away, and says whether Azure shows it so now. */
export async function tagged(machines: Machines, host: Host, value: string | undefined): Promise<boolean> {
  const { machine, policy } = host.plan;
  try {
    await machines.setTag(machine, policy.exclusionTag, value);
  } catch (error) {
    // That the machine is gone says more than that the tag was refused.
    if (error instanceof AppError && !error.retryable) await machineOf(machines, host);
    throw error;
  }
  return (await machineOf(machines, host)).tags[policy.exclusionTag] === value;
}
