/** A number with its noun, as people write it: `1 host`, `2 hosts`. `many` is whatever changes with it: `hosts run`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
