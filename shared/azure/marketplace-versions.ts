/** The versions of a marketplace image, newest first. Azure orders them as text, where 9 comes after 10. */
export function newestFirst(versions: readonly { readonly name: string }[]): string[] {
  return versions.map(({ name }) => name).toSorted((a, b) => compare(numbers(b), numbers(a)));
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  const differences = Array.from({ length }, (_, index) => (one[index] ?? 0) - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
