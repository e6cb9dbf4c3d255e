/**
 * One kind of thing on a guest's disk. Everything is kept as text in the guest's facts, so that whoever copies the
 * facts (a capture, a snapshot, a machine made from an image) has copied the whole disk.
 */
export class Shelf<T extends object> {
  protected readonly facts: Map<string, string>;
  protected readonly prefix: string;

  constructor(facts: Map<string, string>, kind: string) {
    this.facts = facts;
    this.prefix = `${kind}:`;
  }

  /** Names differ by more than case: Windows does not tell `C:\Temp` from `c:\temp`. */
  get(name: string): T | undefined {
    const text = this.facts.get(this.prefix + name.toLowerCase());
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  set(name: string, value: T): void {
    this.facts.set(this.prefix + name.toLowerCase(), JSON.stringify(value));
  }

  delete(name: string): boolean {
    return this.facts.delete(this.prefix + name.toLowerCase());
  }

  all(): T[] {
    const found: T[] = [];
    for (const [name, text] of this.facts) {
      if (name.startsWith(this.prefix)) found.push(JSON.parse(text) as T);
    }
    return found;
  }
}

interface Placed {
  /** As it was first written. */
  readonly path: string;
}

/** Things that lie in each other: files in folders, keys in keys. What holds something is there without a record. */
export class Tree<T extends Placed> extends Shelf<T> {
  override get(path: string): T | undefined {
    return super.get(normal(path));
  }

  put(thing: T): void {
    const path = normal(thing.path);
    this.set(path, { ...thing, path });
  }

  exists(path: string): boolean {
    const wanted = this.prefix + normal(path).toLowerCase();
    if (this.facts.has(wanted)) return true;
    const inside = wanted + separator(path);
    return [...this.facts.keys()].some((name) => name.startsWith(inside));
  }

  /** Everything in it, however deep. */
  under(path: string): T[] {
    const inside = normal(path).toLowerCase() + separator(path);
    return this.all().filter((thing) => thing.path.toLowerCase().startsWith(inside));
  }

  /** The names of what lies directly in it, each once, in order. */
  namesIn(path: string): string[] {
    const base = normal(path);
    const start = base.endsWith(separator(path)) ? base.length : base.length + 1;
    const names = new Map<string, string>();
    for (const thing of this.under(path)) {
      const [name = ''] = thing.path.slice(start).split(separator(path));
      if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
    return [...names.values()].toSorted((one, other) => one.localeCompare(other));
  }

  /** Takes it away with all that lies in it; false when there was nothing. */
  remove(path: string): boolean {
    const there = this.exists(path);
    for (const thing of this.under(path)) this.delete(normal(thing.path));
    this.delete(normal(path));
    return there;
  }
}

function separator(path: string): string {
  return path.startsWith('/') ? '/' : '\\';
}

const HIVES: readonly (readonly [RegExp, string])[] = [
  [/^(?:Microsoft\.PowerShell\.Core\\)?Registry::/i, ''],
  [/^HKEY_LOCAL_MACHINE(?=\\|$)/i, 'HKLM:'],
  [/^HKEY_CURRENT_USER(?=\\|$)/i, 'HKCU:'],
  [/^HKLM\\/i, 'HKLM:\\'],
  [/^HKCU\\/i, 'HKCU:\\'],
];

/** One spelling for each path: the system's own separator, none at the end, the registry's drives by their short names. */
export function normal(path: string): string {
  const trimmed = path.trim();
  if (trimmed.startsWith('/')) return trimmed.replaceAll(/\/+/g, '/').replace(/(?!^)\/$/, '');
  let text = trimmed.replaceAll('/', '\\').replaceAll(/\\+/g, '\\');
  for (const [pattern, short] of HIVES) text = text.replace(pattern, short);
  return text.replace(/\\$/, '');
}
