import type { World } from '../arm/core/world.ts';

/** One version of a secret. */
export interface SecretVersion {
  readonly version: string;
  readonly value: string;
  readonly contentType?: string;
  readonly enabled: boolean;
  /** Virtual ms. */
  readonly created: number;
  readonly notBefore?: number;
  readonly expires?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A secret to be put into a vault, which is made when it is not there. */
export interface NewSecret {
  /** The vault's host, e.g. `kv-images.vault.azure.net`. */
  readonly vault: string;
  readonly name: string;
  readonly value: string;
  readonly contentType?: string;
  readonly enabled?: boolean;
  readonly notBefore?: string;
  readonly expires?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface Vault {
  /** Versions by the secret's name in small letters, oldest first. */
  readonly secrets: Map<string, { readonly name: string; readonly versions: SecretVersion[] }>;
  /** Nobody may read in it. */
  closed: boolean;
}

const vaultsByWorld = new WeakMap<World, Vaults>();

/** The key vaults of this world. */
export function vaultsOf(world: World): Vaults {
  const vaults = vaultsByWorld.get(world) ?? new Vaults(world);
  vaultsByWorld.set(world, vaults);
  return vaults;
}

export class Vaults {
  readonly #world: World;
  readonly #vaults = new Map<string, Vault>();

  constructor(world: World) {
    this.#world = world;
  }

  find(host: string): Vault | undefined {
    return this.#vaults.get(host.toLowerCase());
  }

  /** A new version of the secret; it is what is read without naming a version. */
  set(secret: NewSecret): SecretVersion {
    const { vault: host, name, value, contentType, enabled = true, tags } = secret;
    const vault = this.make(host);
    const there = vault.secrets.get(name.toLowerCase()) ?? { name, versions: [] };
    const made: SecretVersion = {
      version: this.#world.random.uuid().replaceAll('-', ''),
      value,
      enabled,
      created: this.#world.timeline.now(),
      ...(contentType !== undefined && { contentType }),
      ...(secret.notBefore !== undefined && { notBefore: Date.parse(secret.notBefore) }),
      ...(secret.expires !== undefined && { expires: Date.parse(secret.expires) }),
      ...(tags && { tags }),
    };
    there.versions.push(made);
    vault.secrets.set(name.toLowerCase(), there);
    return made;
  }

  /** The vault at that host, made when it is not there. */
  make(host: string): Vault {
    const vault = this.find(host) ?? { secrets: new Map(), closed: false };
    this.#vaults.set(host.toLowerCase(), vault);
    return vault;
  }

  remove(host: string, name: string): boolean {
    return this.find(host)?.secrets.delete(name.toLowerCase()) ?? false;
  }

  /** Names and versions; never a value. */
  list(): object[] {
    return [...this.#vaults].flatMap(([vault, { secrets, closed }]) =>
      [...secrets.values()].map(({ name, versions }) => ({
        vault,
        name,
        closed,
        versions: versions.map(({ version, enabled }) => ({ version, enabled })),
      })),
    );
  }
}

/** The vault that a new local cloud holds, with what recipes commonly need. */
export function seedVault(world: World): void {
  const vault = 'kv-images.vault.azure.net';
  const vaults = vaultsOf(world);
  vaults.set({ vault, name: 'app-licence', value: 'LIC-7Q2M-93XK-4410-ZETA', contentType: 'text/plain' });
  vaults.set({ vault, name: 'builder-password', value: 'Brick-By-Brick-2209!' });
}
