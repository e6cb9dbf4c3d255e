import type { Extension, Machine, RunCommand } from '../../shared/hosts/machine.ts';
import type { Instant } from '../../shared/instant.ts';

/** How one machine behaves, besides what is done to it. */
export interface Temper {
  /** The first reimages that Azure accepts and breaks off, with the old disk in place. */
  readonly breaksOff: number;
  /** A reimage gives it the image again that it was made from, whatever the model says. */
  readonly keepsImage: boolean;
  /** Applying the model gives it no new disk, and says it was made from the model's image. Flexible only. */
  readonly keepsDisk: boolean;
  /** The first machines of its name that Azure begins to make and that never run. */
  readonly createsFail: number;
  /** The first times that an extension is put on it and fails. */
  readonly extensionsFail: number;
  /** The first installations of the agent that fail, or end well and bring no host. */
  readonly installsFail: number;
  readonly installsSilently: number;
  /** After its reimage a fatal health check fails for good; of a machine that stands alone, on the new image. */
  readonly isIll: boolean;
  /** Its agent updates itself for so long before it is available. */
  readonly upgradeMinutes: number;
}

export const evenTempered: Temper = {
  breaksOff: 0,
  keepsImage: false,
  keepsDisk: false,
  createsFail: 0,
  extensionsFail: 0,
  installsFail: 0,
  installsSilently: 0,
  isIll: false,
  upgradeMinutes: 0,
};

export interface MachineState {
  machine: Machine;
  temper: Temper;
  /** Since when an agent on it speaks; undefined while none does. */
  agentSince: Instant | undefined;
  lastHeartbeat: Instant | undefined;
  /** The disk that an agent is registered from: it speaks again whenever the machine starts from it. */
  agentOn: string | undefined;
  readonly commands: Map<string, RunCommand>;
  /** Disks that were replaced, and machines that were made anew. */
  reimages: number;
  /** As it was before anybody touched it. */
  readonly before: Before;
  readonly extensions: Map<string, Extension>;
  /** Its network interfaces and data disks, by name; and whether they outlive it. */
  readonly parts: readonly string[];
  keepsParts: boolean;
}

interface Before {
  readonly tag: string | undefined;
  readonly allowNewSession: boolean;
  readonly isOff: boolean;
  readonly user: string;
  readonly extensions: readonly string[];
}

/** The extension without which a machine that had it is in no domain. */
export const domainJoin = 'JoinDomain';
export const joinSecret = 'https://vault/secrets/join';

export function isInDomain({ before, extensions }: MachineState): boolean {
  return (
    !before.extensions.includes(domainJoin) || extensions.get(domainJoin)?.provisioningState === 'Succeeded'
  );
}

type Known = Pick<Machine, 'id' | 'instanceId' | 'computerName'>;

/** A machine as it has long been. */
export function settledMachine(
  known: Known,
  {
    before,
    agentSince,
    ...its
  }: Pick<Machine, 'imageVersionId' | 'tags'> & Pick<MachineState, 'before' | 'agentSince'>,
  temper: Temper,
  keepsParts: boolean,
): MachineState {
  const { computerName } = known;
  const foreign = foreignMachine(known, its.tags);
  return {
    machine: {
      ...foreign,
      size: 'Standard_D4s_v5',
      imageVersionId: its.imageVersionId,
      power: before.isOff ? 'deallocated' : 'running',
    },
    temper,
    agentSince,
    lastHeartbeat: agentSince,
    agentOn: foreign.osDiskId,
    commands: new Map(),
    reimages: 0,
    before,
    extensions: new Map(
      before.extensions.map((name) => [name, { name, provisioningState: 'Succeeded', message: '' }]),
    ),
    parts: [`${computerName}-nic`, `${computerName}-data`],
    keepsParts,
  };
}

/** A machine that is no session host. */
export function foreignMachine(known: Known, tags: Machine['tags']): Machine {
  return {
    ...known,
    vmId: `vm-${known.instanceId}`,
    size: 'Standard_E8s_v5',
    osDiskId: `${known.computerName}-disk-0`,
    agentReady: true,
    imageVersionId: '',
    provisioningState: 'Succeeded',
    power: 'running',
    tags,
  };
}

/** A machine that Azure begins to make. */
export function machineInTheMaking(
  machine: Known & Pick<Machine, 'vmId' | 'osDiskId' | 'size' | 'imageVersionId' | 'tags'>,
  parts: readonly string[],
  like: Pick<MachineState, 'temper' | 'reimages' | 'before'>,
): MachineState {
  return {
    ...like,
    machine: { ...machine, provisioningState: 'Creating', power: 'starting', agentReady: false },
    agentSince: undefined,
    lastHeartbeat: undefined,
    agentOn: undefined,
    commands: new Map(),
    extensions: new Map(),
    parts,
    keepsParts: true,
  };
}
