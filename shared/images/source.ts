/** Where a version starts: exactly one of these. Ids are ARM ids; names are Azure's. */
export type Source =
  | { readonly marketplace: MarketplaceImage }
  | { readonly galleryVersion: GalleryVersionSource }
  | { readonly vm: VmSource }
  | { readonly managedImage: { readonly id: string } }
  | { readonly disk: DiskSource }
  | { readonly snapshot: DiskSource }
  | { readonly vhd: VhdSource };

export type SourceKind =
  | 'marketplace'
  | 'galleryVersion'
  | 'vm'
  | 'managedImage'
  | 'disk'
  | 'snapshot'
  | 'vhd';

export interface MarketplaceImage {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  /** An exact version, or `latest`: resolved once, when the version starts. */
  readonly version: string;
}

export interface GalleryVersionSource {
  /** Of an image version, or `…/versions/latest`: resolved once, when the version starts. */
  readonly id: string;
  /** Where the gallery belongs to another tenant. */
  readonly tenantId?: string;
}

export interface VmSource {
  readonly id: string;
  /**
   * False: the version is made of a copy, and the machine is only read. True: the machine itself is used up
   * (customised, generalised, never to be started again), which its owner says by this.
   */
  readonly inPlace: boolean;
}

export type OsState = 'Generalized' | 'Specialized';

export interface DiskSource {
  readonly id: string;
  /** What only its owner knows of a disk: whether sysprep or deprovisioning went before. */
  readonly osState: OsState;
}

export interface Vhd {
  /** Of a page blob. */
  readonly uri: string;
  readonly storageAccountId: string;
}

export interface VhdSource extends Vhd {
  readonly osState: OsState;
}

/** What a disk is made from. */
export type DiskOrigin =
  | { readonly disk: { readonly id: string } }
  | { readonly snapshot: { readonly id: string } }
  | { readonly vhd: Vhd };

/** A data disk beside the OS source; the kinds may be mixed. */
export interface DataDisk {
  readonly lun: number;
  readonly from: DiskOrigin | { readonly empty: { readonly sizeGB: number } };
}

/** A marketplace purchase plan: on machines and image definitions alike. */
export interface PurchasePlan {
  readonly name: string;
  readonly product: string;
  readonly publisher: string;
}

/**
 * How a version is made of its source. `import`: the gallery takes it as it is, without a machine.
 * `image`: a build VM is made from an image. `disk`: a build VM is made around a copy of a disk.
 * `in-place`: the source is the build VM.
 */
export type Way = 'import' | 'image' | 'disk' | 'in-place';

/** What a source turned out to be: looked up once, never again, so that a retry starts from the same bytes. */
export interface ResolvedSource {
  readonly kind: SourceKind;
  readonly way: Way;
  /** The exact marketplace image, the id of the exact resource, or the address of the VHD. */
  readonly exact: MarketplaceImage | { readonly id: string } | Vhd;
  readonly osState: OsState;
  readonly plan?: PurchasePlan;
  readonly tenantId?: string;
  /** For `way: disk` and for imports of disks: where the OS disk comes from. */
  readonly osDisk?: ResolvedDisk;
  /** The data disks that the source itself brings, and those the set adds; by LUN. */
  readonly dataDisks: readonly ResolvedDataDisk[];
}

export interface ResolvedDisk {
  readonly from: DiskOrigin;
  /** A machine has it, so that only a snapshot of it is ever handed on. */
  readonly attached?: boolean;
}

export interface ResolvedDataDisk {
  readonly lun: number;
  /** `image`: it comes with the image that the build VM is made from. */
  readonly from: DataDisk['from'] | { readonly image: true };
  readonly attached?: boolean;
}

/** The source in one line: for messages, and for people. */
export function nameOfSource({ exact }: Pick<ResolvedSource, 'exact'>): string {
  if ('id' in exact) return exact.id;
  if ('uri' in exact) return exact.uri;
  return [exact.publisher, exact.offer, exact.sku, exact.version].join(':');
}
