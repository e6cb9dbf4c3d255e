import { parseId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { OsContent } from '../compute/content.ts';

export const ACCOUNT_TYPE = 'Microsoft.Storage/storageAccounts';

/** A blob in a storage account; of its bytes only the size is known, and which system they would boot. */
export interface Blob {
  readonly uri: string;
  readonly kind: 'PageBlob' | 'BlockBlob';
  readonly sizeBytes: number;
  /** Undefined for data disks and for what is no disk at all. */
  readonly content?: OsContent | undefined;
  readonly lastModified: number;
  readonly etag: string;
}

export interface NewBlob {
  readonly uri: string;
  readonly kind?: Blob['kind'];
  /** A VHD is its disk and a footer of 512 bytes: `vhdBytes` makes it from GiB. */
  readonly sizeBytes: number;
  /** For an OS disk. `sealed`: sysprepped or deprovisioned, so that machines made from it come up. */
  readonly os?: Partial<OsContent> | undefined;
}

const blobs = new WeakMap<World, Map<string, Blob>>();

/** Puts a storage account there, for blobs to lie in. */
export function addStorageAccount({ resources }: World, id: string, location: string): Resource<object> {
  const { name } = parseId(id);
  const blob = `https://${name}.blob.core.windows.net/`;
  return resources.put({
    id,
    type: ACCOUNT_TYPE,
    location,
    fields: { kind: 'StorageV2', sku: { name: 'Standard_LRS', tier: 'Standard' } },
    properties: { provisioningState: 'Succeeded', primaryEndpoints: { blob } },
  });
}

/** Puts a blob there, or another in its place; its account must exist. */
export function addBlob(world: World, { uri, kind = 'PageBlob', sizeBytes, os }: NewBlob): Blob {
  if (!accountOf(world, uri)) throw new Error(`no storage account for ${uri}`);
  const made: Blob = {
    uri,
    kind,
    sizeBytes,
    ...(os && { content: { ...WINDOWS, ...os, facts: new Map(os.facts) } }),
    lastModified: world.timeline.now(),
    etag: `"0x8DE${(world.timeline.now() + blobsOf(world).size).toString(16).toUpperCase()}"`,
  };
  blobsOf(world).set(uri, made);
  return made;
}

/** Blob names are told apart by case, host names are not. */
export function findBlob(world: World, uri: string): Blob | undefined {
  return URL.canParse(uri) ? blobsOf(world).get(plain(new URL(uri))) : undefined;
}

export function listBlobs(world: World): Blob[] {
  return [...blobsOf(world).values()];
}

/** The storage account whose blob endpoint the address names. */
export function accountOf({ resources }: World, uri: string): Resource<object> | undefined {
  if (!URL.canParse(uri)) return undefined;
  const [, name] = /^([a-z0-9]{3,24})\.blob\.core\.windows\.net$/i.exec(new URL(uri).hostname) ?? [];
  return resources.list({ type: ACCOUNT_TYPE }).find((account) => account.name === name?.toLowerCase());
}

/** The bytes of a fixed VHD of this many GiB. */
export function vhdBytes(gib: number): number {
  return gib * 2 ** 30 + FOOTER;
}

export const FOOTER = 512;
const WINDOWS = { osType: 'Windows', generation: 'V2', architecture: 'x64', sealed: true } as const;

function plain({ origin, pathname }: URL): string {
  return `${origin}${decodeURIComponent(pathname)}`;
}

function blobsOf(world: World): Map<string, Blob> {
  const found = blobs.get(world) ?? new Map<string, Blob>();
  blobs.set(world, found);
  return found;
}
