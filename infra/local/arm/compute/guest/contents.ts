import { Shelf, Tree } from './shelf.ts';
import type { Update } from './updates.ts';

/** A file, or an empty folder that was made as such. */
export interface StoredFile {
  readonly path: string;
  readonly folder?: boolean;
  readonly text?: string;
  /** Bytes, when it is not the text's own length. */
  readonly size?: number;
  readonly sha256?: string;
  /** What running it does. */
  readonly installer?: Installer;
  /** What unpacking it yields. */
  readonly entries?: readonly ArchiveEntry[];
}

export interface ArchiveEntry {
  readonly path: string;
  readonly text?: string;
}

export interface RegistryKey {
  readonly path: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export interface Service {
  readonly name: string;
  readonly status: 'Running' | 'Stopped';
  readonly startType?: 'Automatic' | 'Manual' | 'Disabled';
}

/** A Store package: for whom it is installed, and whether every new user gets it. */
export interface AppxPackage {
  readonly name: string;
  readonly provisioned: boolean;
  readonly users: readonly string[];
  /** Windows' own: never provisioned, and no trouble to sysprep. */
  readonly system?: boolean;
  readonly framework?: boolean;
}

export interface LocalUser {
  readonly name: string;
  readonly password: string;
  readonly admin?: boolean;
}

/** A program that runs whenever the system does. */
export interface RunningProcess {
  readonly name: string;
}

/** A line of one of Windows' event logs. */
export interface LoggedEvent {
  readonly log: string;
  readonly id: number;
  readonly at: string;
  /** What the event says, in its own order. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** The settings of the whole system; what is absent is as Windows has it by default. */
export interface SystemState {
  readonly os: 'Windows' | 'Linux';
  readonly caption: string;
  readonly build: string;
  readonly bootedAt?: string;
  readonly domain?: string;
  readonly entra?: boolean;
  readonly bitLocker?: 'FullyDecrypted' | 'FullyEncrypted' | 'EncryptionInProgress' | 'DecryptionInProgress';
  readonly diskSizeGB?: number;
  /** How often sysprep may still reset the licence. */
  readonly rearms?: number;
  /** How long Windows takes to start, and a user to sign in; how much of the machine is in use. */
  readonly bootSeconds?: number;
  readonly signInSeconds?: number;
  readonly cpuPercent?: number;
  readonly memoryMB?: number;
  /** How sysprep ends whatever the guest's state: without a word, never, or untruthfully. */
  readonly sysprep?: 'fails' | 'hangs' | 'lies';
}

/** What a program does when it is run. */
export interface Installer {
  readonly exitCode?: number;
  readonly seconds?: number;
  readonly adds?: Changes;
  readonly needsReboot?: boolean;
  /** The arguments (a regular expression) without which it opens a window that nobody will ever close. */
  readonly silent?: string;
  readonly output?: string;
}

/** What is to be different in a guest: everything named is put there, `null` takes away. */
export interface Changes {
  readonly registry?: Readonly<Record<string, Readonly<Record<string, string | number | null>> | null>>;
  readonly files?: Readonly<Record<string, string | Omit<StoredFile, 'path'> | null>>;
  readonly services?: Readonly<Record<string, Service['status'] | null>>;
  readonly appx?: Readonly<Record<string, Partial<Omit<AppxPackage, 'name'>> | null>>;
  readonly updates?: readonly (Partial<Update> & { readonly id: string })[];
  readonly users?: Readonly<Record<string, string | null>>;
  readonly processes?: Readonly<Record<string, 'Running' | null>>;
  readonly system?: Partial<SystemState>;
  readonly needsReboot?: boolean;
}

/** All that is on a guest's disk, in words that its shells understand. */
export class Contents {
  readonly files: Tree<StoredFile>;
  readonly registry: Tree<RegistryKey>;
  readonly services: Shelf<Service>;
  readonly appx: Shelf<AppxPackage>;
  readonly updates: Shelf<Update>;
  readonly users: Shelf<LocalUser>;
  readonly processes: Shelf<RunningProcess>;
  readonly events: Shelf<LoggedEvent>;
  readonly #system: Shelf<SystemState>;
  readonly #facts: Map<string, string>;

  constructor(facts: Map<string, string>) {
    this.#facts = facts;
    this.files = new Tree(facts, 'file');
    this.registry = new Tree(facts, 'key');
    this.services = new Shelf(facts, 'service');
    this.appx = new Shelf(facts, 'appx');
    this.updates = new Shelf(facts, 'update');
    this.users = new Shelf(facts, 'user');
    this.processes = new Shelf(facts, 'process');
    this.events = new Shelf(facts, 'event');
    this.#system = new Shelf(facts, 'system');
  }

  get isEmpty(): boolean {
    return this.#system.get('state') === undefined;
  }

  get system(): SystemState {
    return this.#system.get('state') ?? { os: 'Windows', caption: 'Microsoft Windows', build: '0' };
  }

  /** When the system that has the disk now came up; the disk does not tell it of its first start. */
  get bootedAt(): string | undefined {
    return this.#facts.get('booted-at') ?? this.system.bootedAt;
  }

  noteBoot(at: string): void {
    this.#facts.set('booted-at', at);
  }

  setSystem(changes: Partial<SystemState>): void {
    this.#system.set('state', { ...this.system, ...changes });
  }

  replaceSystem(state: SystemState): void {
    this.#system.set('state', state);
  }

  /** A value of the registry; undefined when there is no such key or value. */
  value(key: string, name: string): string | number | undefined {
    const values = this.registry.get(key)?.values ?? {};
    const found = Object.keys(values).find((one) => one.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : values[found];
  }

  setValue(key: string, name: string, value: string | number | null): void {
    const there = Object.entries(this.registry.get(key)?.values ?? {});
    const others = there.filter(([one]) => one.toLowerCase() !== name.toLowerCase());
    const values = Object.fromEntries(value === null ? others : [...others, [name, value]]);
    this.registry.put({ path: key, values });
  }
}
