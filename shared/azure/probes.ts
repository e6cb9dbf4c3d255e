import type { MachineAddress } from '../gates/course.ts';
import type { Probes } from '../gates/ports.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { runCommandBody, stateOf } from './run-commands.ts';

/** The checks of gates in the guests of scale-set instances: managed run commands, named by who asks. */
export function probes({ compute }: Pick<Azure, 'compute'>): Probes {
  const commands = ({ subscriptionId }: MachineAddress) =>
    compute(subscriptionId).virtualMachineScaleSetVMRunCommands;
  return {
    async find(machine, name) {
      const { resourceGroup, scaleSet, instanceId } = machine;
      const expand = { expand: 'instanceView' } as const;
      const found = await finding(
        `script ${name}`,
        async () => await commands(machine).get(resourceGroup, scaleSet, instanceId, name, expand),
      );
      if (!found) return undefined;
      const { exitCode, output = '', error = '', executionMessage = '' } = found.instanceView ?? {};
      // Azure's own message matters when the script itself never had its say.
      const words = exitCode === undefined && error === '' ? executionMessage : error;
      return { state: stateOf(found), exitCode, output, error: words };
    },

    async start(machine, { name, location, script, timeoutSeconds }) {
      const { resourceGroup, scaleSet, instanceId } = machine;
      const body = runCommandBody({ location, script, timeoutSeconds });
      await asking(`script ${name}`, async () => {
        await commands(machine).createOrUpdate(resourceGroup, scaleSet, instanceId, name, body).submitted();
      });
    },

    async remove(machine, name) {
      const { resourceGroup, scaleSet, instanceId } = machine;
      await finding(`removal of script ${name}`, async () => {
        await commands(machine).delete(resourceGroup, scaleSet, instanceId, name).submitted();
      });
    },
  };
}
