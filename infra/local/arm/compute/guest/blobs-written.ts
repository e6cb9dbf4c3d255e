import type { World } from '../../core/world.ts';

/** An append blob that guests wrote their output to. */
export interface WrittenBlob {
  readonly uri: string;
  readonly text: string;
  readonly appends: number;
}

const blobs = new WeakMap<World, Map<string, WrittenBlob>>();

/** Appends text to the blob at an address; its signature is no part of its name. */
export function appendBlob(world: World, uri: string, text: string): void {
  const known = blobs.get(world) ?? new Map<string, WrittenBlob>();
  blobs.set(world, known);
  const [name = uri] = uri.split('?');
  const before = known.get(name) ?? { uri: name, text: '', appends: 0 };
  known.set(name, { ...before, text: before.text + text, appends: before.appends + 1 });
}

export function blobsWritten(world: World): WrittenBlob[] {
  return [...(blobs.get(world)?.values() ?? [])];
}
