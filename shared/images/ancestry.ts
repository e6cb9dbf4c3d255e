import type { Version } from './image.ts';
import { nameOfSource, type ResolvedSource } from './source.ts';
import { versionId } from './stage.ts';
import { compareNumbers } from './version-number.ts';

/** One step up: what a version was built from. */
interface Ancestor {
  readonly source: string;
  readonly kind: ResolvedSource['kind'];
  /** Where it is a version of one of our sets. */
  readonly version?: Named;
}

interface Named {
  readonly id: string;
  readonly imageSet: string;
  readonly version: string;
  readonly status: Version['phase'];
}

interface Descendant extends Named {
  /** 1: built from it; 2: from one that was built from it; and so on. */
  readonly distance: number;
}

const same = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase();

/** The image version or other resource that it was built from, if that has an id. */
function sourceId({ facts, plan }: Version): string | undefined {
  const { source } = facts;
  if (source) return 'id' in source.exact ? source.exact.id : undefined;
  // Not looked up yet: what it names exactly is what it will be.
  return 'galleryVersion' in plan.source ? plan.source.galleryVersion.id : undefined;
}

/** The versions that were built from this one, or are being, in whatever set; tombstones included. */
export function childrenOf(version: Version, all: readonly Version[]): readonly Version[] {
  const { imageVersionId } = version.facts;
  if (imageVersionId === undefined) return [];
  return all.filter((other) => same(sourceId(other), imageVersionId));
}

function parentOf(version: Version, all: readonly Version[]): Version | undefined {
  const id = sourceId(version);
  return id === undefined ? undefined : all.find(({ facts }) => same(facts.imageVersionId, id));
}

/** What it was built from, and what that was built from, as far up as it is known; nearest first. */
export function ancestorsOf(version: Version, all: readonly Version[]): readonly Ancestor[] {
  const { source } = version.facts;
  if (!source) return [];
  const parent = parentOf(version, all);
  const step = { source: nameOfSource(source), kind: source.kind };
  return parent ? [{ ...step, version: named(parent) }, ...ancestorsOf(parent, all)] : [step];
}

/** All that was built from it, and from that, nearest first. */
export function descendantsOf(
  version: Version,
  all: readonly Version[],
  distance = 1,
): readonly Descendant[] {
  const children = childrenOf(version, all).toSorted(byName);
  const near = children.map((child) => Object.assign(named(child), { distance }));
  const far = children.flatMap((child) => descendantsOf(child, all, distance + 1));
  return [...near, ...far].toSorted((a, b) => a.distance - b.distance);
}

/**
 * How often it was built and generalised, counted from what Microsoft or a disk gave: 1 for what is built from the
 * marketplace. An import adds none, for nothing is done to it. Of an image that is not ours it is at least 2.
 */
export function generationOf(version: Version, all: readonly Version[]): number {
  const { source } = version.facts;
  if (!source) return 1;
  const parent = parentOf(version, all);
  const beneath = parent ? generationOf(parent, all) : customImages.has(source.kind) ? 1 : 0;
  return source.way === 'import' ? Math.max(1, beneath) : beneath + 1;
}

const customImages: ReadonlySet<ResolvedSource['kind']> = new Set(['galleryVersion', 'managedImage']);

export function named(version: Version): Named {
  return { id: versionId(version), imageSet: version.set, version: version.number, status: version.phase };
}

function byName(a: Version, b: Version): number {
  if (a.set !== b.set) return a.set < b.set ? -1 : 1;
  return compareNumbers(a.number, b.number);
}

/** Where a version comes from and what came of it, as the API shows it. */
export function ancestryView(version: Version, all: readonly Version[]) {
  const generation = generationOf(version, all);
  const warning =
    'Microsoft advises against building from an image that was built already: each time it is generalised once ' +
    'more, and what is wrong in it is passed on. Build from the marketplace image, with the recipes of both.';
  return {
    ...named(version),
    generation,
    warnings: generation > 1 ? [{ code: 'BuiltFromCustomImage', message: warning }] : [],
    ancestors: ancestorsOf(version, all),
    descendants: descendantsOf(version, all),
  };
}
