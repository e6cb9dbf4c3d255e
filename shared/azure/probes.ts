import type { MachineAddress } from '../gates/course.ts';
import type { Probes } from '../gates/ports.ts';
import type { Azure } from './clients.ts';
import { type FleetKinds, fleetKinds } from './fleet-kinds.ts';
import { namedCommands, numberedCommands } from './machine-commands.ts';
import { runCommandBody, stateOf } from './run-commands.ts';

/** The checks of gates in the guests under hosts: managed run commands, named by who asks. */
export function probes(azure: Pick<Azure, 'compute'>, kinds: FleetKinds = fleetKinds(azure)): Probes {
  const [numbered, named] = [numberedCommands(azure), namedCommands(azure)];
  const commands = async (machine: MachineAddress) =>
    (await kinds.of(machine)) === 'uniform' ? numbered : named;
  return {
    async find(machine, name) {
      const found = await (await commands(machine)).find(machine, name);
      if (!found) return undefined;
      const { exitCode, output = '', error = '', executionMessage = '' } = found.instanceView ?? {};
      // Azure's own message matters when the script itself never had its say.
      const words = exitCode === undefined && error === '' ? executionMessage : error;
      return { state: stateOf(found), exitCode, output, error: words };
    },
    start: async (machine, { name, ...wanted }) => {
      await (await commands(machine)).start(machine, name, runCommandBody(wanted));
    },
    remove: async (machine, name) => {
      await (await commands(machine)).remove(machine, name);
    },
  };
}
