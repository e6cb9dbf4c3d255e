import { type Instant, minutesAfter, secondsAfter, secondsBetween } from '../instant.ts';
import type { Intended, Settled } from '../workflow/look.ts';
import type { Intent } from '../workflow/stages.ts';
import type { Machine, MachineRef, Machines } from './machine.ts';
import { landsWithinMinutes, secondsToNextLook } from './run-script.ts';
import { failed, running } from './stage.ts';
import type { Facts } from './version.ts';

interface Asked {
  readonly machines: Pick<Machines, 'find' | 'restart'>;
  readonly ref: MachineRef;
  /** What it is for: no two restarts that follow each other may have the same. */
  readonly name: string;
  readonly intent: Intent | undefined;
  readonly now: () => Instant;
  /** When Azure took it, as an earlier look kept it. */
  readonly restartedAt: Instant | undefined;
  readonly waitMinutes: number;
  /** The facts that keep when Azure took it. */
  readonly kept: (restartedAt: Instant) => Partial<Facts>;
}

type Restart = 'back' | Settled<Facts> | Intended<Facts>;

/** The agent may report once more before the machine goes down. */
const lastWordSeconds = 30;
/** Few machines are back sooner. */
const soonestSeconds = 120;

/**
 * Restarts the build VM and waits until it is back: `back` once its agent has reported from after the restart.
 * A restart cannot be told from none afterwards, so that one whose reply was lost is asked for again; but not
 * before the first can no longer arrive, or it would cut off whatever runs next.
 */
export async function restartOnce(asked: Asked): Promise<Restart> {
  const { machines, ref, name, intent, now, restartedAt, waitMinutes } = asked;
  if (restartedAt === undefined) {
    if (intent?.what !== `restart for ${name}`) return intended(asked);
    const landed = minutesAfter(intent.at, landsWithinMinutes);
    if (now() >= landed) return intended(asked);
    return running('a restart that may still arrive', Math.ceil(secondsBetween(now(), landed)) + 1);
  }
  const machine = await machines.find(ref);
  if (!machine) return failed('BootFailed', `The build VM ${ref.name} is gone.`);
  if (isBack(machine, restartedAt)) return 'back';
  if (now() > minutesAfter(restartedAt, waitMinutes)) {
    return failed('BootFailed', `${ref.name} was not back ${waitMinutes} minutes after its restart.`);
  }
  const elapsed = secondsBetween(restartedAt, now());
  return running('the VM to be back', secondsToNextLook(elapsed / 2, 0));
}

/** What Azure shows of an agent stays as it was for a while: only a report from after the restart counts. */
function isBack(machine: Machine, restartedAt: Instant): boolean {
  const { provisioningState, power, agentReady, agentReportedAt } = machine;
  if (provisioningState !== 'Succeeded' || power !== 'running' || !agentReady) return false;
  return agentReportedAt !== undefined && agentReportedAt > secondsAfter(restartedAt, lastWordSeconds);
}

function intended({ machines, ref, name, now, kept }: Asked): Intended<Facts> {
  return {
    status: 'intend',
    what: `restart for ${name}`,
    before: 'not restarted',
    proceed: async () => {
      await machines.restart(ref);
      const facts = kept(now());
      return running('the VM to be back', soonestSeconds, { facts, news: `restarted for ${name}` });
    },
  };
}
