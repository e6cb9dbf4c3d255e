import { type Instant, minutesAfter, secondsAfter, secondsBetween } from '../instant.ts';
import type { Intended, Settled } from '../workflow/look.ts';
import type { Intent } from '../workflow/stages.ts';
import type { MachineRef, Script, ScriptRun, Scripts } from './machine.ts';
import { failed, running } from './stage.ts';
import type { Facts } from './version.ts';

interface Asked {
  readonly scripts: Scripts;
  readonly ref: MachineRef;
  readonly location: string;
  readonly script: Script;
  readonly intent: Intent | undefined;
  readonly now: Instant;
  /** So soon after its start it may have ended; before, nobody needs to ask. */
  readonly soonestSeconds?: number;
  /** What the script needs that must not be kept is fetched when it starts. */
  readonly completed?: (script: Script) => Promise<Script>;
}

type Run = { readonly ended: ScriptRun } | { readonly wait: Settled<Facts> | Intended<Facts> };

/** A request whose reply was lost may still be on its way for so long. */
export const landsWithinMinutes = 5;
/** Azure ends a script that is over its time. When it does not, the machine is dead, and we do. */
const graceMinutes = 15;

/**
 * Runs a script once in the build VM. Its name is the proof that it was started: a second look finds it
 * running or ended. The intention is kept first, so that of two looks at once only one starts it; and where
 * no intention was kept there is nothing to find, so that nothing is asked.
 */
export async function runOnce(asked: Asked): Promise<Run> {
  const { scripts, ref, script, intent, now, soonestSeconds = 90 } = asked;
  if (intent?.what !== intentionToRun(script.name)) return { wait: intended(asked) };
  const found = await scripts.find(ref, script.name);
  if (!found) {
    return now < minutesAfter(intent.at, landsWithinMinutes)
      ? { wait: running(`${script.name} to appear`, 60) }
      : { wait: intended(asked) };
  }
  if (found.owner !== script.owner) {
    return { wait: failed('ForeignResource', `A run command ${script.name} on ${ref.name} is not ours.`) };
  }
  if (found.state !== 'running') return { ended: found };
  if (now > minutesAfter(secondsAfter(intent.at, script.timeoutSeconds), graceMinutes)) {
    return { ended: { ...found, state: 'timed-out' } };
  }
  const elapsed = secondsBetween(intent.at, now);
  return { wait: running(`${script.name} to end`, secondsToNextLook(elapsed, soonestSeconds)) };
}

export function intentionToRun(name: string): string {
  return `run ${name}`;
}

/** The run command that the last intention was about: to run it, or to restart the machine after it. */
export function lastCommand(intent: Intent | undefined): string | undefined {
  return /^(?:run|restart for) (.+)$/.exec(intent?.what ?? '')?.[1];
}

/**
 * Twice as late each time, up to five minutes: what is short is seen soon, and what is long costs little. Never
 * closer than a minute and a half, so that a build asks Azure no more than forty times an hour.
 */
export function secondsToNextLook(elapsedSeconds: number, soonestSeconds: number): number {
  const growing = Math.min(Math.max(90, elapsedSeconds), 300);
  return Math.round(Math.max(growing, soonestSeconds - elapsedSeconds));
}

function intended({
  scripts,
  ref,
  location,
  script,
  completed,
  soonestSeconds = 90,
}: Asked): Intended<Facts> {
  return {
    status: 'intend',
    what: intentionToRun(script.name),
    before: 'not started',
    proceed: async () => {
      await scripts.start(ref, location, completed ? await completed(script) : script);
      return running(`${script.name} to end`, soonestSeconds, { news: `${script.name} started` });
    },
  };
}
