import type { Version } from './image.ts';
import type { Use } from './use.ts';
import { compareNumbers } from './version-number.ts';

/**
 * The calls by which whatever holds a version could let go of it, and then the one that deletes it. `ofSet` are the
 * versions of its set, newest first.
 */
export function wayBack(
  version: Version,
  uses: readonly Use[],
  ofSet: readonly Version[],
): readonly string[] {
  const path = `/image-sets/${version.set}/versions/${version.number}`;
  const steps = uses.map((use) => stepOf(use, version, newerThan(version, ofSet)));
  if (version.phase === 'deleted' || version.phase === 'deleting') return steps;
  const then = uses.length === 0 ? 'delete it' : 'then delete it';
  const isThere = version.facts.imageVersionId !== undefined;
  return [...new Set([...steps, ...(isThere ? [`${then}: DELETE ${path}`] : [])])];
}

/** The newest usable version that is newer: to go on to, where there is no way back. */
function newerThan(version: Version, ofSet: readonly Version[]): string | undefined {
  const usable = ofSet.filter(({ phase }) => ['available', 'promoted', 'superseded'].includes(phase));
  return usable.find((one) => compareNumbers(one.number, version.number) > 0)?.number;
}

function stepOf({ kind, name, until, back }: Use, { set }: Version, newer: string | undefined): string {
  switch (kind) {
    case 'channel':
      return ofChannel(set, name.split('.').at(-1) ?? name, { back, newer });
    case 'rollback-window':
      return `wait until ${until ?? 'its window closes'}: then ${name} is no longer rolled back to it`;
    case 'host-pool':
    case 'hosts':
      return `bring host pool ${name} onto another version: POST /host-pools/${name}/rollouts`;
    case 'rollout':
      return `abort the rollout, or wait for its end: POST /rollouts/${name}/abort`;
    case 'validation':
      return `cancel the validation, or wait for its end: POST /validations/${name}/cancel`;
    case 'release':
      return `stop the release, or wait for its end: POST /releases/${name}/stop`;
    case 'version':
      return `wait for version ${name}, or cancel it: POST ${pathOf(name)}/cancel`;
    case 'copy':
      return `wait for copy ${name}`;
  }
}

interface Ways {
  readonly back: string | undefined;
  readonly newer: string | undefined;
}

function ofChannel(set: string, channel: string, { back, newer }: Ways): string {
  const path = `/image-sets/${set}/channels/${channel}`;
  if (back !== undefined)
    return `roll channel ${channel} back to ${back}: POST ${path}/rollback {"reason":"…"}`;
  if (newer !== undefined)
    return `promote ${newer} to channel ${channel}: POST ${path}/promote {"version":"${newer}"}`;
  return `request a new version for channel ${channel}: POST /image-sets/${set}/versions`;
}

/** Of `win11-avd.1.4.0`: a set has no period in its name. */
function pathOf(id: string): string {
  const at = id.indexOf('.');
  return `/image-sets/${id.slice(0, at)}/versions/${id.slice(at + 1)}`;
}
