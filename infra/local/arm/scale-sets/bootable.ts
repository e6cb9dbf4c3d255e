/** Versions whose guests never finish setup, because they were captured from a machine without sysprep. */
const unbootable = new WeakSet<object>();

/** To be called by whoever captures an image from a guest that was not generalized inside. */
export function neverBoots(version: object): void {
  unbootable.add(version);
}

/** Whether a guest made from this image version comes up; images that nobody captured here do. */
export function imageBoots(version: object | undefined): boolean {
  return version === undefined || !unbootable.has(version);
}
