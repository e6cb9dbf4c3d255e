import { AppError } from '../../shared/errors.ts';
import { secondsBetween } from '../../shared/instant.ts';
import type {
  CopyRef,
  FoundCopy,
  FoundShares,
  Grantee,
  SharingGallery,
  WantedCopy,
} from '../../shared/sharing/gallery.ts';
import type { World } from '../support/world.ts';

interface Version {
  readonly owner: string | undefined;
  readonly regions: readonly string[];
  readonly fails: boolean;
  state: 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';
  since: string;
}

/** Whom the set's gallery was shared with before we came. */
export const foreignGrantee: Grantee = { kind: 'Subscriptions', id: '00000000-0000-0000-0000-000000000009' };
/** What somebody else has in the gallery that was there before we came. */
export const foreignGallery = 'gal_foreign';
const foreignVersion = 'gal_foreign/win11/9.0.0';
const traits = { osType: 'Windows' };

/** Galleries here and there, whose changes take their time and may be refused. Remembers what should not have been. */
export class SmallGalleries {
  readonly wrongs: string[] = [];
  readonly versions = new Map<string, Version>();
  readonly galleries = new Set([foreignGallery]);
  readonly definitions = new Set([`${foreignGallery}/win11`]);
  grantees: readonly Grantee[] = [foreignGrantee];
  /** Which image versions a host pool is made from, now. */
  readonly used = new Set<string>();
  readonly #world: World;
  #sharingUntil = '';
  /** Of each copy that is made, in turn, whether it fails. */
  readonly #fates: boolean[];

  constructor(world: World, fates: readonly boolean[]) {
    this.#world = world;
    this.#fates = [...fates];
    const { now } = world;
    const theirs = { owner: undefined, regions: ['westeurope'], fails: false, state: 'Succeeded' } as const;
    this.versions.set(foreignVersion, { ...theirs, since: now() });
  }

  port(): SharingGallery {
    const late = { share: 100, createGallery: 100, createDefinition: 100, makeCopy: 100, removeCopy: 100 };
    return this.#world.port<SharingGallery>(this.#calm(), late);
  }

  /** Nothing of what others had is another than it was. */
  get isForeignIntact(): boolean {
    const version = this.versions.get(foreignVersion);
    const isShared = this.grantees.some(({ id }) => id === foreignGrantee.id);
    return isShared && version?.state === 'Succeeded' && version.owner === undefined;
  }

  idOf({ gallery, definition, number }: CopyRef): string {
    return `${gallery}/${definition}/${number}`;
  }

  #calm(): SharingGallery {
    const original = {
      traits,
      location: 'westeurope',
      provisioningState: 'Succeeded',
      completedRegions: ['westeurope'],
    };
    return {
      findOriginal: async () => original,
      findShares: async (): Promise<FoundShares> => ({
        permissions: 'Groups',
        grantees: this.grantees,
        state: this.#isSharing ? 'InProgress' : 'Succeeded',
        uniqueName: 'GAL',
      }),
      share: async (_, change, grantee) => this.#share(change, grantee),
      findGallery: async ({ gallery }) => this.#made(this.galleries, gallery),
      createGallery: async ({ gallery }) => this.#make(this.galleries, gallery),
      findDefinition: async ({ gallery, definition }) => {
        const made = this.#made(this.definitions, `${gallery}/${definition}`);
        return made && { ...made, traits };
      },
      createDefinition: async ({ gallery, definition }) => {
        if (!this.galleries.has(gallery))
          throw new AppError('AzureRefused', `there is no gallery ${gallery}`);
        this.#make(this.definitions, `${gallery}/${definition}`);
      },
      findCopy: async (ref) => this.#found(this.idOf(ref)),
      makeCopy: async (ref, wanted) => this.#makeCopy(this.idOf(ref), ref, wanted),
      removeCopy: async (ref) => this.#removeCopy(this.idOf(ref)),
    };
  }

  get #isSharing(): boolean {
    return this.#world.now() < this.#sharingUntil;
  }

  #share(change: 'Add' | 'Remove', grantee: Grantee): void {
    if (this.#isSharing) throw new AppError('AzureBusy', 'the gallery is being shared');
    if (change === 'Remove' && grantee.id === foreignGrantee.id) this.wrongs.push('took a grant of others');
    const others = this.grantees.filter(({ id }) => id !== grantee.id);
    this.grantees = change === 'Add' ? [...others, grantee] : others;
    this.#sharingUntil = new Date(Date.parse(this.#world.now()) + 30_000).toISOString();
  }

  #made(all: ReadonlySet<string>, name: string) {
    return all.has(name) ? { provisioningState: 'Succeeded' } : undefined;
  }

  #make(all: Set<string>, name: string): void {
    if ([foreignGallery, `${foreignGallery}/win11`].includes(name))
      this.wrongs.push(`made ${name}, which was there`);
    all.add(name);
  }

  #found(id: string): FoundCopy | undefined {
    const version = this.versions.get(id);
    if (!version) return undefined;
    const { owner, regions, state, since } = version;
    const minutes = secondsBetween(since, this.#world.now()) / 60;
    const percent = Math.min(99, Math.floor(minutes * 5));
    const each =
      state === 'Succeeded'
        ? ({ state: 'completed', percent: 100 } as const)
        : ({ state: state === 'Failed' ? 'failed' : 'replicating', percent } as const);
    return {
      id,
      owner,
      provisioningState: state,
      regions: Object.fromEntries(regions.map((name) => [name, each])),
    };
  }

  #makeCopy(id: string, { gallery, definition }: CopyRef, { owner, regions }: WantedCopy): void {
    const before = this.versions.get(id);
    if (!this.definitions.has(`${gallery}/${definition}`)) {
      throw new AppError('AzureRefused', 'there is no such definition');
    }
    if (before?.state === 'Creating' || before?.state === 'Deleting') {
      throw new AppError('AzureBusy', `${id} is ${before.state}`);
    }
    if (before && before.owner !== owner) this.wrongs.push(`wrote over ${id}, which is not ours`);
    if (before?.state === 'Succeeded') this.wrongs.push(`made ${id} twice`);
    const fails = this.#fates.shift() ?? false;
    const names = regions.map(({ name }) => name);
    const version: Version = { owner, regions: names, fails, state: 'Creating', since: this.#world.now() };
    this.versions.set(id, version);
    this.#world.after(this.#world.random.between(300, 1500), () => {
      if (version.state === 'Creating') version.state = fails ? 'Failed' : 'Succeeded';
    });
  }

  #removeCopy(id: string): void {
    const version = this.versions.get(id);
    if (!version) return;
    if (version.state === 'Deleting') return;
    if (version.state === 'Creating') throw new AppError('AzureBusy', `${id} is being made`);
    if (version.owner === undefined) this.wrongs.push(`removed ${id}, which is not ours`);
    if (this.used.has(id)) this.wrongs.push(`removed ${id}, which is in use`);
    version.state = 'Deleting';
    this.#world.after(this.#world.random.between(60, 180), () => {
      if (this.versions.get(id) === version) this.versions.delete(id);
    });
  }
}
