/** What Windows takes for the name of a computer, and so AVD for that of a host. */
const mostLetters = 15;

/** A name, and the number that it ends with, if it does. */
const numbered = /^(.*?)(\d+)$/;

/**
 * Names for `count` hosts more of a pool, after those of its machines: what most of them begin with, and the next
 * numbers that nobody has, behind the highest and, where 15 letters end, from the first on. `taken` are names that are
 * not free whoever has them. Undefined if there are not as many names.
 */
export function nextNames(
  machines: readonly string[],
  taken: Iterable<string>,
  count: number,
): readonly string[] | undefined {
  const known = new Set([...machines, ...taken].map((name) => name.toLowerCase()));
  const { prefix, digits, last } = patternOf(machines);
  const most = 10 ** Math.max(0, mostLetters - prefix.length);
  const names: string[] = [];
  for (let step = 1; step <= most && names.length < count; step += 1) {
    const name = `${prefix}${String((last + step) % most).padStart(digits, '0')}`;
    if (name.length <= mostLetters && !known.has(name.toLowerCase())) names.push(name);
  }
  return names.length === count ? names : undefined;
}

/** Names after those of the machines; where these are too long to be followed, after what their guests are called. */
export function namesFor(
  hosts: readonly { readonly instanceId: string; readonly name: string }[],
  taken: readonly string[],
  count: number,
): readonly string[] | undefined {
  const follow = (names: readonly string[]) => nextNames(names, taken, count);
  return follow(hosts.map(({ instanceId }) => instanceId)) ?? follow(hosts.map(({ name }) => name));
}

/** How most of the machines are numbered. */
function patternOf(machines: readonly string[]) {
  const found = new Map<string, { prefix: string; digits: number; last: number; count: number }>();
  for (const name of machines) {
    const [, prefix = name, number = ''] = numbered.exec(name) ?? [];
    const key = prefix.toLowerCase();
    const { digits, last, count } = found.get(key) ?? { digits: number.length || 1, last: -1, count: 0 };
    found.set(key, {
      prefix,
      digits: Math.min(digits, number.length || 1),
      last: Math.max(last, number === '' ? -1 : Number(number)),
      count: count + 1,
    });
  }
  const [most] = [...found.values()].toSorted((a, b) => b.count - a.count || (a.prefix < b.prefix ? -1 : 1));
  if (!most) return { prefix: 'avd-', digits: 1, last: -1 };
  // A single name without a number goes on with one that nobody takes for a part of it.
  return most.last < 0
    ? { ...most, prefix: most.prefix.endsWith('-') ? most.prefix : `${most.prefix}-` }
    : most;
}
