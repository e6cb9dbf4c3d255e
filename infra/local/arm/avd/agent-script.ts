import type { Computers } from '../compute/computers.ts';
import { VM_TYPE } from '../compute/machine.ts';
import { applyChanges } from '../compute/guest/changes.ts';
import { plainReading, type Script, type ScriptReader } from '../compute/script.ts';
import type { Agents } from './agents.ts';
import type { Broker } from './broker.ts';
import { looksLikeToken } from './registration.ts';

/** What the installers leave in Windows; an image made from such a machine has it too. */
const INSTALLED = {
  registry: { 'HKLM:\\SOFTWARE\\Microsoft\\RDInfraAgent': { IsRegistered: 1, RegistrationToken: '' } },
  services: { RDAgentBootLoader: 'Running', RDAgent: 'Running' },
} as const;

/**
 * Reads scripts that install the desktop agent, by what they are given and not by how they are written: a
 * value that is, or was meant as, a registration token. Downloading and installing takes minutes.
 */
export function readsAgentInstall(broker: Broker, agents: Agents, computers: Computers): ScriptReader {
  return (script, guest, random) => {
    const machine = computers.withGuest(guest);
    if (!machine) return undefined;
    const token = tokenIn(script, machine.instance.type === VM_TYPE);
    if (token === undefined) return undefined;
    const plain = plainReading(script, guest, random);
    const seconds = plain.seconds + random.between(60, 150);
    const overrun = agents.isOverrun(seconds);
    return {
      ...plain,
      seconds,
      finish: () => {
        if (agents.orders(machine).registration === 'fails') {
          return {
            exitCode: 1603,
            output: '',
            error: 'RDAgent: InstallMsiException, the installer ended with 1603.',
          };
        }
        if (overrun)
          return { exitCode: 1, output: '', error: 'RDAgentBootLoader: AgentRegistrationFailureGeneric.' };
        // The token is looked at when the agent uses it, at the end.
        const pool = broker.registrations.poolFor(token);
        if (!pool) {
          const error =
            'RDAgentBootLoader: INVALID_REGISTRATION_TOKEN, the registration token is invalid or has expired.';
          return { exitCode: 1, output: '', error };
        }
        const outcome = plain.finish();
        if (outcome.exitCode === 0) {
          applyChanges(guest.contents, INSTALLED);
          agents.join(pool, machine);
        }
        return outcome;
      },
    };
  };
}

/** On a virtual machine scripts of all kinds run, with tokens for other things: there it must be named in full. */
function tokenIn({ text, parameters }: Script, inFull: boolean): string | undefined {
  const given = Object.entries(parameters).find(([name, value]) =>
    looksLikeToken(inFull ? name.replace(/^(?!.*registration).*$/i, '') : name, value),
  );
  return given?.[1] ?? /\beyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0];
}
