/** A scale set in Uniform mode, as Azure addresses it. */
export interface ScaleSetAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly scaleSet: string;
}

/** What new and reimaged instances are made from. */
export interface Model {
  readonly location: string;
  /** The gallery version that the model names; empty if it names another kind of image. */
  readonly imageVersionId: string;
  readonly provisioningState: string;
}

/** What a rollout needs to know of a machine to choose the next. */
export interface Instance {
  readonly id: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly imageVersionId: string;
  readonly provisioningState: string;
  readonly power: 'running' | 'starting' | 'stopped' | 'deallocated' | 'unknown';
}

/** What a rollout needs of the scale set under its pool. */
export interface ScaleSets {
  /** Undefined if Azure says 404. */
  readonly model: (scaleSet: ScaleSetAddress) => Promise<Model | undefined>;
  /** Names the image version in the model and leaves the instances as they are. Repeatable. */
  readonly setModelImage: (scaleSet: ScaleSetAddress, imageVersionId: string) => Promise<void>;
  readonly list: (scaleSet: ScaleSetAddress) => Promise<readonly Instance[]>;
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
