import type { Resource } from '../core/resources.ts';
import type { Image } from './image.ts';

/** What was in the guest, or the image, that an image version was made from. */
export type Captured = Pick<Image, 'osType' | 'generation' | 'sizeInGB' | 'boots' | 'facts'> &
  Partial<Pick<Image, 'architecture' | 'dataDisks'>>;

const captured = new WeakMap<object, Captured>();

export function setCaptured(version: Resource<object>, what: Captured): void {
  captured.set(version, what);
}

/** Undefined for versions that were put into the world ready-made. */
export function capturedIn(version: object): Captured | undefined {
  return captured.get(version);
}
