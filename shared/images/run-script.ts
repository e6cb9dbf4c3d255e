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
}

/**
 * Runs a script once in the build VM. Its name is the proof that it was started: a second look finds it
 * running or ended. The intention is kept first, so that of two looks at once only one starts it.
 */
export async function runOnce(
  asked: Asked,
): Promise<{ ended: ScriptRun } | { wait: Settled<Facts> | Intended<Facts> }> {
  const { scripts, ref, location, script } = asked;
  const found = await scripts.find(ref, script.name);
  if (found && found.state !== 'running') return { ended: found };
  if (found) return { wait: running(`${script.name} to end`, 30) };
  return {
    wait: {
      status: 'intend',
      what: `run ${script.name}`,
      before: 'not started',
      proceed: async () => {
        await scripts.start(ref, location, script);
        return running(`${script.name} to end`, 30, `${script.name} started`);
      },
    },
  };
}
