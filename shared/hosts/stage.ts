import { AppError } from '../errors.ts';
import { answersOf, type EnsureStage, type Settled } from '../workflow/look.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { Machine, Machines } from './machine.ts';
import { type AtHost, freshFor, listedMachine, type Readings } from './readings.ts';

/** One stage of a host: sees to it that its work is under way, and says how it stands. */
export type EnsureHostStage = EnsureStage<Host, Facts>;

export const { running, done, failed } = answersOf<Facts>();

/** The machine under the host as the pool's list shows it: for waiting. One that is not listed is asked for. */
export async function seenMachine(
  machines: Machines,
  readings: Readings,
  look: AtHost,
  fresh = freshFor(look),
): Promise<Machine> {
  const { machine } = look.work.plan;
  return (await listedMachine(readings, machine, fresh)) ?? (await machineOf(machines, look.work));
}

/** The machine under the host, asked of Azure now; `HostVanished` if it is gone. */
export async function machineOf(machines: Machines, { plan }: Pick<Host, 'plan'>): Promise<Machine> {
  const machine = await machines.read(plan.machine);
  if (machine) return machine;
  throw vanished({ plan });
}

/** Somebody took the machine away. */
export function vanished({ plan }: Pick<Host, 'plan'>): AppError {
  return new AppError('HostVanished', `${plan.name} is gone: Azure knows no such instance.`);
}

/** A request whose reply was lost may still be on its way for so long. */
export const landsWithinMinutes = 5;

/** An answer that leaves no doubt that the request had no effect: Azure turned it away before it began. */
export function isTurnedAway(error: unknown): error is AppError {
  return error instanceof AppError && error.code !== 'AzureUnavailable';
}

/** What to answer then: it may be asked again later, unless Azure will never have it. */
export function turnedAway(error: AppError, facts: Partial<Facts>, leastSeconds = 15): Settled<Facts> {
  const { code, message, retryAfterSeconds = 0 } = error;
  return error.retryable
    ? running(message, Math.max(leastSeconds, retryAfterSeconds), { facts })
    : failed(code, message, facts);
}
