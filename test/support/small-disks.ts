import { AppError } from '../../shared/errors.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import type { SmallDesktop } from './small-desktop.ts';
import type { MachineState } from './small-machine.ts';
import type { World } from './world.ts';

/** What the disks of instances of a scale set depend on. */
interface Ground {
  readonly world: World;
  readonly desktop: SmallDesktop;
  readonly wrongs: string[];
  readonly kind: FleetKind;
  readonly model: string;
  readonly reimageSeconds: (instanceId: string) => number;
  readonly boot: (state: MachineState) => void;
  readonly onChange: (what: 'reimaged', instanceId: string) => void;
}

/** The tag by which the scaling plan of the pool leaves a machine alone. */
export const tag = 'exclude';

/** The machine is about to be changed, which neither users nor the scaling plan may know of. */
function begin({ kind, desktop, wrongs }: Ground, state: MachineState): void {
  const { computerName: name, provisioningState, tags } = state.machine;
  if (kind === 'stand-alone') throw new AppError('AzureRefused', `${name} is in no scale set`);
  if (provisioningState === 'Updating') throw new AppError('AzureBusy', 'the instance is being updated');
  if (desktop.count(name) > 0) wrongs.push(`${name} was reimaged with sessions`);
  if (desktop.isOpen(name)) wrongs.push(`${name} was reimaged while users could come`);
  if (tags[tag] === undefined) wrongs.push(`${name} was reimaged within reach of the scaling plan`);
  state.machine = { ...state.machine, provisioningState: 'Updating' };
}

/** Up to date by what it says of itself, on the disk that it had. */
export function update(ground: Ground, state: MachineState): void {
  begin(ground, state);
  ground.world.after(ground.world.random.between(5, 60), () => {
    state.machine = { ...state.machine, provisioningState: 'Succeeded', imageVersionId: ground.model };
  });
}

export function reimage(ground: Ground, state: MachineState, imageVersionId: string): void {
  begin(ground, state);
  const { world, desktop } = ground;
  const { breaksOff } = state.temper;
  const { computerName: name, instanceId } = state.machine;
  if (breaksOff === 0) {
    state.lastHeartbeat = state.agentSince && world.now();
    state.agentSince = undefined;
    desktop.cut(name, 'reimage');
  }
  world.after(ground.reimageSeconds(instanceId), () => {
    state.temper = { ...state.temper, breaksOff: Math.max(0, breaksOff - 1) };
    if (breaksOff > 0) {
      state.machine = { ...state.machine, provisioningState: 'Failed' };
      return;
    }
    state.reimages += 1;
    const osDiskId = `${name}-disk-${state.reimages}`;
    const its = { provisioningState: 'Succeeded', osDiskId, imageVersionId, agentReady: false };
    state.machine = { ...state.machine, ...its };
    ground.onChange('reimaged', instanceId);
    ground.boot(state);
  });
}
