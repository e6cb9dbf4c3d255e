/** What a machine can be made from: what Azure tells of an image, and what only shows at its first boot. */
export interface Image {
  /** Of the exact version; for marketplace images Azure's own path of it. */
  readonly id: string;
  readonly exactVersion: string;
  readonly osType: 'Windows' | 'Linux';
  readonly osState: 'Generalized' | 'Specialized';
  readonly generation: 'V1' | 'V2';
  /** As the feature `SecurityType` says; `Standard` when the image has no such feature. */
  readonly securityType: string;
  readonly architecture: Architecture;
  readonly plan?: Plan | undefined;
  readonly sizeInGB: number;
  /** Machines made from the image get a disk for each of these. */
  readonly dataDisks: readonly ImageDataDisk[];
  /** False when the guest was captured before sysprep had finished: its machines never come up. */
  readonly boots: boolean;
  /** What the guest had in it when it was captured; machines made from the image have it too. */
  readonly facts: ReadonlyMap<string, string>;
}

export type Architecture = 'x64' | 'Arm64';

/** A data disk that an image carries beside its OS disk. */
export interface ImageDataDisk {
  readonly lun: number;
  readonly sizeInGB: number;
}

/** A marketplace purchase plan: on VMs and image definitions alike. */
export interface Plan {
  readonly name: string;
  readonly publisher: string;
  readonly product: string;
}

/** `imageReference` of a VM or scale set, as clients send it. */
export interface ImageReference {
  id?: string;
  publisher?: string;
  offer?: string;
  sku?: string;
  version?: string;
  exactVersion?: string;
}
