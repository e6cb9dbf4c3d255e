import { AppError } from '../../shared/errors.ts';
import type { RunCommand } from '../../shared/hosts/machine.ts';
import { secondsBetween } from '../../shared/instant.ts';
import type { Pulse, SmallDesktop } from './small-desktop.ts';
import { isInDomain, type MachineState } from './small-machine.ts';
import type { World } from './world.ts';

/** What runs on a machine, as far as the pool hears of it. */
interface Ground {
  readonly world: World;
  readonly desktop: SmallDesktop;
  readonly fleet: ReadonlyMap<string, MachineState>;
  readonly bootSeconds: (instanceId: string) => number;
  readonly installSeconds: (instanceId: string) => number;
  readonly appearSeconds: (instanceId: string) => number;
  readonly onChange: (what: 'booted' | 'registered', instanceId: string) => void;
}

/** What the broker hears from a machine; `isSick` says whether its illness shows on its image. */
export function pulseOf(world: World, state: MachineState | undefined, isSick: boolean): Pulse {
  if (!state) {
    const ids = { resourceId: '', virtualMachineId: '' };
    return { ...ids, status: 'Unavailable', lastHeartbeat: undefined, healthChecks: [] };
  }
  const { machine, agentSince, lastHeartbeat, reimages, temper } = state;
  // The broker writes ids in another case than Compute does.
  const ids = { resourceId: machine.id.toUpperCase(), virtualMachineId: machine.vmId };
  if (agentSince === undefined) return { ...ids, status: 'Unavailable', lastHeartbeat, healthChecks: [] };
  const now = world.now();
  const isIll = (reimages > 0 && isSick && temper.isIll) || !isInDomain(state);
  const isUpgrading = reimages > 0 && secondsBetween(agentSince, now) < temper.upgradeMinutes * 60;
  const result = isIll ? 'HealthCheckFailed' : 'HealthCheckSucceeded';
  const healthChecks = [{ name: 'DomainTrustCheck', result, message: '' }];
  const grown = isIll ? 'Unavailable' : 'Available';
  return { ...ids, status: isUpgrading ? 'Upgrading' : grown, lastHeartbeat: now, healthChecks };
}

/** From a new disk until the VM agent reports. */
export function boot({ world, bootSeconds, onChange }: Ground, state: MachineState): void {
  const { instanceId } = state.machine;
  world.after(bootSeconds(instanceId), () => {
    state.machine = { ...state.machine, agentReady: true };
    onChange('booted', instanceId);
  });
}

/** Runs the agent's installer: it joins the pool with a token that is good, unless a record bars the way. */
export function install(ground: Ground, state: MachineState, command: string, token: string): void {
  const { world, desktop } = ground;
  const { osDiskId, power, agentReady, computerName, instanceId } = state.machine;
  if (power !== 'running' || !agentReady) throw new AppError('AzureBusy', 'the VM agent does not report');
  const isStill = () =>
    ground.fleet.get(instanceId) === state &&
    state.machine.osDiskId === osDiskId &&
    state.machine.provisioningState !== 'Deleting' &&
    state.machine.power === 'running';
  const run = (how: RunCommand) => state.commands.set(command, how);
  run({ state: 'Running', exitCode: undefined, output: '' });
  world.after(ground.installSeconds(instanceId), () => {
    if (!isStill()) return;
    const { installsFail, installsSilently } = state.temper;
    if (installsFail > 0 || !desktop.admits(token)) {
      state.temper = { ...state.temper, installsFail: Math.max(0, installsFail - 1) };
      const output = `the installer failed with REGISTRATIONTOKEN=${token}`;
      run({ state: 'Failed', exitCode: 1603, output });
      return;
    }
    state.temper = { ...state.temper, installsSilently: Math.max(0, installsSilently - 1) };
    run({ state: 'Succeeded', exitCode: 0, output: '' });
    if (installsSilently > 0) return;
    world.after(ground.appearSeconds(instanceId), () => {
      if (!isStill() || desktop.isRegistered(computerName)) return;
      desktop.register(computerName);
      state.agentSince = world.now();
      state.agentOn = state.machine.osDiskId;
      ground.onChange('registered', instanceId);
    });
  });
}
