import { counted } from '../counted.ts';
import { canBeCanceled, canBeRetried, type Version } from './image.ts';
import { canBeDeleted, canBeRevoked, heldBy } from './shelf.ts';
import { versionId } from './stage.ts';

/** `waiting` ends by itself; `blocked` ends when somebody decides; `moving` has work of ours or Azure's under way. */
export type Movement = 'moving' | 'waiting' | 'blocked' | 'over';

interface Explained {
  readonly movement: Movement;
  readonly since: string;
  readonly because: { readonly code: string; readonly message: string };
  readonly nextCheck?: string;
  readonly until?: string;
  /** What is wrong, where something is: its own advice. */
  readonly remedy?: string;
}

/** Why a version is or is not moving, since when, when it is looked at next, and what somebody can do about it. */
export function explained(version: Version) {
  const { movement, since, because, nextCheck, until, remedy } = standing(version);
  return {
    id: versionId(version),
    imageSet: version.set,
    version: version.number,
    status: version.phase,
    ...('standing' in version && { stage: version.standing.stage }),
    movement,
    since,
    because: [because],
    ...(nextCheck !== undefined && { nextCheck }),
    ...(until !== undefined && { until }),
    youCan: [...(remedy === undefined ? [] : [remedy]), ...choices(version), ...lookedUp(version)],
  };
}

function standing(version: Version): Explained {
  switch (version.phase) {
    case 'running':
    case 'withdrawing':
      return underWay(version);
    case 'held': {
      const { since, expiresAt: until, failure } = version;
      return { movement: 'blocked', since, until, because: failure, remedy: failure.remedy };
    }
    case 'failed': {
      const { at: since, failure } = version;
      return { movement: 'over', since, because: failure, remedy: failure.remedy };
    }
    case 'canceled': {
      const message = `${version.by} ended it: ${version.reason || 'no reason was given'}`;
      return { movement: 'over', since: version.at, because: { code: 'Canceled', message } };
    }
    default:
      return onTheShelf(version);
  }
}

type Shelved = Extract<Version, { phase: keyof typeof codes }>;
const codes = {
  available: 'Available',
  promoted: 'Promoted',
  superseded: 'Superseded',
  deprecated: 'Deprecated',
  revoked: 'Revoked',
  deleting: 'Deleting',
  deleted: 'Deleted',
} as const;

function onTheShelf(version: Shelved): Explained {
  const refused = version.facts.deleteRefused;
  const found =
    'standing' in version ? underWay(version) : ({ movement: 'over', since: version.at } as const);
  const because = { code: codes[version.phase], message: ended(storyOf(version)) + troubleOf(version) };
  const failed = version.facts.recall?.failure ?? refused;
  return { ...found, because, ...(failed && { remedy: failed.remedy }) };
}

const ended = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

function storyOf(version: Shelved): string {
  const held = heldBy(version).join(', ');
  switch (version.phase) {
    case 'available':
      return `It is built${held === '' ? ', and no channel holds it' : ` and held by ${held}`}.`;
    case 'promoted':
      return `Held by ${held}.`;
    case 'superseded':
      return 'The channels that it was promoted to have left it.';
    case 'deprecated':
      return `${version.by} deprecated it: ${version.reason}`;
    case 'revoked':
      return `${version.by} revoked it: ${version.reason}`;
    case 'deleting':
      return `${version.by} has it deleted: ${version.reason}`;
    case 'deleted':
      return `${version.by} had it deleted: ${version.reason}`;
  }
}

/** What it waits for, or did not come to. */
function troubleOf(version: Shelved): string {
  const { deleteRefused, recall } = version.facts;
  if ('standing' in version) return ` It waits for ${version.standing.waitingFor || 'its first look'}.`;
  const stays = (recall?.noWayBack ?? []).map(({ failure: { message } }) => ` ${ended(message)}`).join('');
  const recalled = recall?.failure
    ? ` Recalling it did not come to its end: ${recall.failure.message}`
    : stays;
  return deleteRefused ? `${recalled} It was not deleted: ${deleteRefused.message}` : recalled;
}

function underWay(version: Extract<Version, { standing: unknown }>): Explained {
  const { stage, since, waitingFor, lookAt: nextCheck, deadline: until, troubles } = version.standing;
  const waits = waitingFor || 'its first look';
  const times = { since, nextCheck, until };
  if (troubles > 0) {
    const message = `Azure said no ${counted(troubles, 'time')} in a row: ${waits}`;
    return { movement: 'waiting', ...times, because: { code: 'AzureTrouble', message } };
  }
  // In line for a place or a quota nothing moves, and it ends by itself.
  if (stage === 'admit' && waitingFor !== '') {
    const code = waits.startsWith('quota') ? 'QuotaExceeded' : 'BenchTaken';
    return { movement: 'waiting', ...times, because: { code, message: waits } };
  }
  const isEnding = version.phase === 'withdrawing';
  const message = `${isEnding ? 'It is being taken back' : `Stage ${stage}`}: it waits for ${waits}.`;
  return { movement: 'moving', ...times, because: { code: isEnding ? 'Withdrawing' : 'Stage', message } };
}

/** What somebody can do about it, each with the exact call. */
export function choices(version: Version): string[] {
  const path = `/image-sets/${version.set}/versions/${version.number}`;
  const retries = canBeRetried(version).map((stage) => `retry it from ${stage}: POST ${path}/retry`);
  return [
    ...retries,
    ...(canBeCanceled(version) ? [`cancel it: POST ${path}/cancel`] : []),
    ...(isRevocable(version) ? [`revoke it: POST ${path}/revoke`] : []),
    ...(canBeDeleted(version) ? [`delete it: DELETE ${path}`] : []),
  ];
}

/** What others know of one on the shelf: how far its release is, and who has it. */
function lookedUp(version: Version): string[] {
  const { set, number, phase, requested } = version;
  if (!(phase in codes) || phase === 'deleting' || phase === 'deleted') return [];
  const isOnItsWay = requested.release !== undefined && (phase === 'available' || phase === 'promoted');
  return [
    ...(isOnItsWay ? [`see what its release waits for: GET /releases/${versionId(version)}/explain`] : []),
    ...(phase !== 'available' || heldBy(version).length > 0
      ? [`see who uses it, and how each lets go of it: GET /image-sets/${set}/versions/${number}/usage`]
      : []),
  ];
}

/** Revoking one that is revoked does something only where not all came to its end. */
function isRevocable(version: Version): boolean {
  if (!canBeRevoked(version)) return false;
  if (version.phase === 'revoked') return version.facts.recall?.failure !== undefined;
  return version.phase !== 'deleting';
}

/** How to get off a version: its channels back, what was built from it revoked too, a newer one made. */
export function waysBack({ set }: Version, { channels, descendants }: Met): string[] {
  return [
    ...channels
      .map(lastPart)
      .map((channel) => `roll channel ${channel} back: POST /image-sets/${set}/channels/${channel}/rollback`),
    ...descendants.map((id) => `revoke ${id}, which descends from it: POST ${pathOf(id)}/revoke`),
    `build a newer one: POST /image-sets/${set}/versions`,
  ];
}

interface Met {
  readonly channels: readonly string[];
  readonly descendants: readonly string[];
}

/** `win11.production` and `production` are the same channel. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Of a version's id: a set has no period in its name. */
function pathOf(id: string): string {
  const at = id.indexOf('.');
  return `/image-sets/${id.slice(0, at)}/versions/${id.slice(at + 1)}`;
}
