/** Where the machines of a pool are: a scale set, or a resource group whose virtual machines stand alone. */
export interface FleetAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Absent where machines stand alone. */
  readonly scaleSet?: string;
}

/** How Azure keeps the machines, and so the way in which a host is brought to a version. */
export type FleetKind = 'uniform' | 'flexible' | 'stand-alone';

/** What new and reimaged instances are made from. Machines that stand alone have no model: `imageVersionId` is empty. */
export interface Model {
  readonly kind: FleetKind;
  /** Of a scale set: with any other than `Manual` a new model reimages instances that nobody has drained. */
  readonly upgradePolicy?: string;
  readonly location: string;
  /** The gallery version that the model names; empty if it names another kind of image. */
  readonly imageVersionId: string;
  readonly provisioningState: string;
  /** Of machines that stand alone: locks by which Azure deletes none of them, each in a few words. */
  readonly locks?: readonly string[];
}

/** What a rollout needs to know of a machine to choose the next. */
export interface Instance {
  readonly tags: Readonly<Record<string, string>>;
  /** Azure's name of the size, which is what surge costs. */
  readonly size: string;
  readonly id: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly imageVersionId: string;
  readonly provisioningState: string;
  readonly power: 'running' | 'starting' | 'stopped' | 'deallocated' | 'unknown';
  /** Why it cannot be made again under its name, or another like it beside it, as far as a list tells. */
  readonly notAgain?: string;
  readonly notBeside?: string;
}

/** What a rollout needs of the machines under its pool. */
export interface Fleets {
  /** Undefined if Azure says 404. */
  readonly model: (scaleSet: FleetAddress) => Promise<Model | undefined>;
  /** Names the image version in the model and leaves the instances as they are. Repeatable. Of scale sets only. */
  readonly setModelImage: (scaleSet: FleetAddress, imageVersionId: string) => Promise<void>;
  /** May be some seconds old, unless it is asked for anew. */
  readonly list: (
    scaleSet: FleetAddress,
    asked?: { readonly isAnew: boolean },
  ) => Promise<readonly Instance[]>;
}

/** What a rollout needs of the gallery. */
export interface Gallery {
  /**
   * The regions that the version is replicated to completely, as Azure writes them; undefined if there is no
   * such version.
   */
  readonly completedRegions: (imageVersionId: string) => Promise<readonly string[] | undefined>;
}

/** What a plan needs of the gallery besides. */
export interface ReplicaGallery {
  /** Of how many replicas machines in the region are made; undefined where the version has none. */
  readonly replicasIn: (imageVersionId: string, region: string) => Promise<number | undefined>;
}
