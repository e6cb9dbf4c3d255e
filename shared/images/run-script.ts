import { type Instant, minutesAfter } from '../instant.ts';
import type { Intent } from '../workflow/stages.ts';
import type { Intended, Settled } from '../workflow/look.ts';
import type { MachineRef, Script, ScriptRun, Scripts } from './machine.ts';
import { running } from './stage.ts';
import type { Facts } from './version.ts';

interface Asked {
  readonly scripts: Scripts;
  readonly ref: MachineRef;
  readonly location: string;
  readonly script: Script;
  readonly intent: Intent | undefined;
  readonly now: Instant;
}

/** A request whose reply was lost may still be on its way for so long. */
const landsWithinMinutes = 5;

/**
 * Runs a script once in the build VM. Its name is the proof that it was started: a second look finds it
 * running or ended. The intention is kept first, so that of two looks at once only one starts it.
 */
export async function runOnce(
  asked: Asked,
): Promise<{ ended: ScriptRun } | { wait: Settled<Facts> | Intended<Facts> }> {
  const { scripts, ref, location, script, intent, now } = asked;
  const what = `run ${script.name}`;
  const found = await scripts.find(ref, script.name);
  if (found && found.state !== 'running') return { ended: found };
  if (found) return { wait: running(`${script.name} to end`, 30) };
  if (intent?.what === what && now < minutesAfter(intent.at, landsWithinMinutes)) {
    return { wait: running(`${script.name} to appear`, 30) };
  }
  return {
    wait: {
      status: 'intend',
      what,
      before: 'not started',
      proceed: async () => {
        await scripts.start(ref, location, script);
        return running(`${script.name} to end`, 30, { news: `${script.name} started` });
      },
    },
  };
}
