import type { Computer, Outage } from '../compute/computer.ts';
import type { Power } from '../compute/guest.ts';
import type { ArmError } from '../core/arm-error.ts';
import type { FoundImage } from './image-rules.ts';
import type { ScaleSet } from './scale-set.ts';

export type InstanceState = 'Succeeded' | 'Updating' | 'Failed' | 'Deleting';

/** What a scale set does to its instances, whichever way it orchestrates them. */
export interface Instances<Instance extends Computer> {
  /** Makes one more from the model's image. */
  readonly scaleOut: (scaleSet: ScaleSet, found: FoundImage) => Instance;
  readonly of: (scaleSet: ScaleSet) => Instance[];
  readonly remove: (instance: Instance) => void;
  readonly setState: (instance: Instance, state: InstanceState) => void;
  readonly takeDown: (instance: Instance, why: Outage, power: Power) => void;
  readonly boot: (instance: Instance) => void;
  /** A person wants its guest never to come up again. */
  readonly isOrderedDown: (instance: Instance) => boolean;
  readonly replaceDisk: (instance: Instance, found: FoundImage) => void;
  /** The change of the scale set's model that is the latest. */
  readonly model: (scaleSet: ScaleSet) => number;
  /** The instance now is as the model was then; newer changes it still lacks. */
  readonly applyModel: (instance: Instance, scaleSet: ScaleSet, model: number) => void;
  /** Azure's word for an image whose guest does not finish setup: captured without sysprep, for one. */
  readonly bootFailure: (instance: Instance, scaleSet: ScaleSet) => ArmError;
}

/** What Azure says of a guest that never came up, by the name it gives the machine. */
export function neverCameUp(vm: string): [number, string, string] {
  return [
    409,
    'OSProvisioningTimedOut',
    `OS Provisioning for VM '${vm}' did not finish in the allotted time. The VM may still finish provisioning ` +
      'successfully. Please check provisioning state later. For details on how to check current provisioning state of ' +
      'Windows VMs, refer to https://aka.ms/WindowsVMLifecycle.',
  ];
}
