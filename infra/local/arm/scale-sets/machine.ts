import type { Json } from '../core/arm-error.ts';
import type { Computer } from '../compute/computer.ts';
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
export interface Machine extends Computer {
  readonly instance: Instance;
  readonly scaleSet: ScaleSet;
  /** Why the guest never came up. */
  bootError: string | undefined;
  /** The change of the scale set's model that this instance has. */
  model: number;
  /** How often its OS disk was replaced. */
  reimages: number;
}
