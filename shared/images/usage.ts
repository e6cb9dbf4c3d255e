import { childrenOf, descendantsOf, named } from './ancestry.ts';
import type { Version } from './image.ts';
import { versionId } from './stage.ts';
import type { Use, UsedBy } from './use.ts';
import { compareNumbers } from './version-number.ts';
import { wayBack } from './way-back.ts';

interface Parts {
  /** What holds a version, of every other room. */
  readonly rooms: readonly UsedBy[];
  /** Every version of every set, as they are now. */
  readonly all: () => Promise<readonly Version[]>;
}

/**
 * Everything that holds a version: what the other rooms say, and the versions that need it to come to be. It is
 * asked anew each time, for a use that begins a moment later counts too.
 */
export function usesOfVersion({ rooms, all }: Parts): UsedBy {
  return async (asked) => {
    const told: Use[] = [];
    for (const room of rooms) told.push(...(await room(asked)));
    const versions = await all();
    const version = versions.find((one) => versionId(one) === asked.versionId);
    return [...told, ...(version ? versionsThatHold(version, versions) : [])];
  };
}

/** What the rooms are asked by. */
export function askedOf(version: Version): Parameters<UsedBy>[0] {
  const { set, number, facts } = version;
  const { imageVersionId } = facts;
  return {
    versionId: versionId(version),
    set,
    number,
    ...(imageVersionId !== undefined && { imageVersionId }),
  };
}

/**
 * A version that is being built reads it, and a shallow one refers to its bytes for ever; any other that was built
 * from it has bytes of its own. One that has not looked up yet what `latest` is may find this one.
 */
function versionsThatHold(version: Version, all: readonly Version[]): readonly Use[] {
  const children = childrenOf(version, all);
  const waiting = all.filter((other) => isLookingUpLatestOf(other, version));
  return [...children, ...waiting].flatMap((child) => {
    const why = reasonToHold(child);
    if (why === undefined) return [];
    return [
      { kind: 'version' as const, name: versionId(child), message: `version ${versionId(child)} ${why}` },
    ];
  });
}

function reasonToHold({ phase, facts, plan }: Version): string | undefined {
  const isCaptured = facts.imageVersionId !== undefined;
  if (!isCaptured && (phase === 'running' || phase === 'held')) return 'is being built from it';
  const isThere = isCaptured && phase !== 'deleted';
  if (isThere && plan.replicationMode === 'Shallow') return 'is shallow, and refers to its bytes';
  return undefined;
}

function isLookingUpLatestOf(other: Version, { facts }: Version): boolean {
  const { source } = other.plan;
  if (other.facts.source || !('galleryVersion' in source)) return false;
  const wanted = source.galleryVersion.id.toLowerCase();
  const definition = facts.imageVersionId?.toLowerCase().replace(/[^/]+$/, '');
  return definition !== undefined && wanted === `${definition}latest`;
}

/** Who would feel it if this version were gone or bad. */
export function blastRadius(version: Version, uses: readonly Use[], all: readonly Version[]) {
  const names = (...kinds: Use['kind'][]) => [
    ...new Set(uses.flatMap(({ kind, name }) => (kinds.includes(kind) ? [name] : []))),
  ];
  return {
    channels: names('channel'),
    hostPools: names('host-pool', 'hosts'),
    hosts: uses.flatMap(({ kind, message }) => (kind === 'hosts' ? [message] : [])),
    rollouts: names('rollout'),
    descendants: descendantsOf(version, all).map(({ id }) => id),
  };
}

/** What holds a version, whom it would hit, and the calls by which each could let go of it. */
export function usageView(
  version: Version,
  {
    uses,
    copies,
    all,
  }: { readonly uses: readonly Use[]; readonly copies: readonly Use[]; readonly all: readonly Version[] },
) {
  const ofSet = all.filter(({ set }) => set === version.set);
  return {
    ...named(version),
    imageVersionId: version.facts.imageVersionId,
    isInUse: uses.length > 0,
    uses,
    /** They go with it when it is deleted. */
    copies,
    builtFromIt: childrenOf(version, all).map((child) => named(child)),
    blastRadius: blastRadius(version, uses, all),
    youCan: wayBack(
      version,
      uses,
      ofSet.toSorted((a, b) => compareNumbers(b.number, a.number)),
    ),
  };
}
