import type { Resource } from '../core/resources.ts';
import type { Guest } from './guest.ts';
import type { ImageReference } from './image.ts';

/** What those who look after the software in guests see of a machine's resource, whatever kind of machine it is. */
export interface ComputerProperties {
  readonly vmId: string;
  readonly storageProfile: {
    readonly imageReference?: ImageReference;
    readonly osDisk: { readonly managedDisk: { readonly id: string } };
  };
}

/** A machine as the software in its guest meets it: an instance of a scale set, or a virtual machine. */
export interface Computer {
  /** In a Uniform scale set Azure's number; elsewhere the virtual machine's name. */
  readonly instanceId: string;
  readonly instance: Resource<ComputerProperties>;
  readonly guest: Guest;
  /** What it is joined to: a domain by its name, or Entra ID; nothing, before anybody has joined it. */
  readonly joinedTo: string | undefined;
  /** Its software knows it as running. */
  up: boolean;
  /** What takes it down just now. */
  outage: Outage | undefined;
}

/** What a machine is joined to that is joined to no domain but to Entra ID. */
export const ENTRA = 'Entra ID';

/** The name by which the desktop broker knows it: the full one in a domain, else the computer's alone. */
export function fqdnOf({ guest, joinedTo }: Computer): string {
  return joinedTo === undefined || joinedTo === ENTRA ? guest.name : `${guest.name}.${joinedTo}`;
}

/** Why a guest went away. */
export type Outage = 'reimage' | 'upgrade' | 'deallocate' | 'powerOff' | 'restart' | 'delete';

/** Software in the guests that has to know when they come and go: the desktop agent. */
export interface GuestSoftware {
  /** There is a new machine of this id, maybe where there was one before. */
  readonly made: (computer: Computer) => void;
  /** The guest is gone as of now, with all that ran in it. */
  readonly down: (computer: Computer, why: Outage) => void;
  /** The guest starts from a new disk: what was installed in it is not there any more. */
  readonly replaced: (computer: Computer) => void;
  /** The guest has booted and its VM agent reports. */
  readonly up: (computer: Computer) => void;
  /** The machine is deleted. */
  readonly removed: (computer: Computer) => void;
}
