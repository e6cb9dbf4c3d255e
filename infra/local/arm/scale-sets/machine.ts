import type { Json } from '../core/arm-error.ts';
import type { Guest } from '../compute/guest.ts';
import type { Resource } from '../core/resources.ts';
import type { ImageReference, ScaleSet } from './scale-set.ts';

export interface InstanceProperties {
  readonly vmId: string;
  readonly timeCreated: string;
  latestModelApplied: boolean;
  modelDefinitionApplied: 'VirtualMachineScaleSet' | 'VirtualMachine';
  readonly hardwareProfile: Json;
  storageProfile: { imageReference: ImageReference; osDisk: OsDisk; dataDisks: Json[] };
  readonly osProfile: Json & { readonly computerName: string };
  readonly securityProfile: Json;
  readonly networkProfile: Json;
}

export interface OsDisk extends Json {
  readonly name: string;
  readonly managedDisk: { readonly id: string; readonly storageAccountType: string };
}

export type Instance = Resource<InstanceProperties>;

/** One instance of a scale set and the guest in it, with what Azure knows but does not tell. */
export interface Machine {
  readonly instanceId: string;
  readonly instance: Instance;
  readonly scaleSet: ScaleSet;
  /** The host's name in its domain, by which the desktop broker knows it. */
  readonly fqdn: string;
  readonly guest: Guest;
  /** Its software knows it as running. */
  up: boolean;
  /** What takes it down just now. */
  outage: Outage | undefined;
  /** Why the guest never came up. */
  bootError: string | undefined;
  /** The change of the scale set's model that this instance has. */
  model: number;
  /** How often its OS disk was replaced. */
  reimages: number;
}

/** Why a guest went away. */
export type Outage = 'reimage' | 'upgrade' | 'deallocate' | 'powerOff' | 'restart' | 'delete';

/** Software in the guests that has to know when they come and go: the desktop agent. */
export interface GuestSoftware {
  /** The guest is gone as of now, with all that ran in it. */
  readonly down: (machine: Machine, why: Outage) => void;
  /** The guest starts from a new disk: what was installed in it is not there any more. */
  readonly replaced: (machine: Machine) => void;
  /** The guest has booted and its VM agent reports. */
  readonly up: (machine: Machine) => void;
}
