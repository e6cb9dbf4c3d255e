import type { Channel, ChannelEvent } from '../channels/channel.ts';
import { stages as movementStages } from '../channels/channel.ts';
import { failure } from '../errors.ts';
import type { Validation, ValidationEvent } from '../gates/validation.ts';
import { failureIn, isDone, type Line, running, type Stand, type Watch } from '../operations/monitor.ts';
import type { Ending, Release, ReleaseEvent } from '../releases/course.ts';
import type { Copy, CopyEvent } from '../sharing/copy.ts';
import type { Place, PlaceEvent } from '../sharing/place.ts';
import { versionPath } from './monitors-of-images.ts';

const canceled = (reason: string): Stand => ({ status: 'Canceled', reason });

/** Whose facts these are: a movement that was not let in leaves the one before where it was. */
function ownersOf(history: readonly Line<ChannelEvent>[]): readonly number[] {
  const under: { readonly movement: number; isIn: boolean }[] = [];
  let movements = 0;
  return history.map(({ event }) => {
    if (event.type === 'moved') {
      if (under.at(-1)?.isIn === false) under.pop();
      under.push({ movement: (movements += 1), isIn: false });
    }
    const owner = under.at(-1);
    if (owner && isDone(event, 'admit')) owner.isIn = true;
    const isRefused = event.type === 'stopped' || failureIn(event) !== undefined;
    if (isRefused && owner?.isIn === false) under.pop();
    return owner?.movement ?? 0;
  });
}

/** A channel going to a version, until all its host pools are on it. A retry is another. */
const movement: Watch<Channel, ChannelEvent> = {
  work: (id) => (/^[^.]+\.[^.]+$/.test(id) ? { id } : undefined),
  resource: (id) => `image-sets/${id.replace('.', '/channels/')}`,
  begins: ({ type }) => type === 'moved' || type === 'retried',
  request: (event) => (event.type === 'moved' ? event.wanted.request : undefined),
  stands({ state, history, begunAt }) {
    const owners = ownersOf(history);
    const own = owners[begunAt];
    const after = history.flatMap(({ event }, index) =>
      index > begunAt && owners[index] === own ? [event] : [],
    );
    const retried = after.findIndex(({ type }) => type === 'retried');
    for (const event of retried === -1 ? after : after.slice(0, retried)) {
      if (isDone(event, 'exclude')) return { status: 'Succeeded' };
      const why = failureIn(event);
      if (why) return { status: 'Failed', error: why };
      if (event.type === 'stopped') return canceled(`${event.by}: ${event.reason}`);
    }
    if (state.phase === 'moving' && state.holds.movement === own)
      return running(state.standing, Object.keys(movementStages));
    // Behind one that waits to be let in: it goes on if that is not.
    if (state.phase === 'moving' && state.before?.phase === 'moving' && state.before.holds.movement === own)
      return { status: 'Running', waitingFor: `whether ${state.holds.number} is let in` };
    return canceled('The channel was moved on before it was done.');
  },
};

/** A version's whole way through its channels. One that is blocked waits for people, and goes on. */
const release: Watch<Release, ReleaseEvent> = {
  work: (id) => ({ id }),
  resource: (id) => `releases/${id}`,
  begins: ({ type }) => type === 'started',
  stands({ state: release, lines }) {
    const last = release.channels.at(-1);
    // What was released stays so, whatever is taken back later; and so does what was once stopped.
    if (last !== undefined && release.facts.way[last]?.passedAt !== undefined) return { status: 'Succeeded' };
    const settled = lines.findIndex(({ event }) => isDone(event, 'settle'));
    if (settled !== -1) return canceled(whyStopped(lines.slice(0, settled + 1)));
    if (!('standing' in release)) return { status: 'Succeeded' };
    const stand = running(release.standing);
    return release.phase === 'blocked' ? { ...stand, waitingFor: release.failure.message } : stand;
  },
};

/** What was last said or found of it before it was stopped. */
function whyStopped(lines: readonly Line<ReleaseEvent>[]): string {
  for (const { event } of lines.toReversed()) {
    if (event.type === 'stopped' || event.type === 'rollback-asked') return `${event.by}: ${event.reason}`;
    const why = 'facts' in event && event.facts?.ending && whyEnded(event.facts.ending);
    if (why) return why;
  }
  return '';
}

function whyEnded(ending: Ending): string {
  switch (ending.phase) {
    case 'superseded':
      return `Channel ${ending.channel} went on to ${ending.newer}.`;
    case 'rolled-back':
      return ending.asked ? `${ending.asked.by}: ${ending.asked.reason}` : 'Its channels went back.';
    case 'stopped':
    case 'revoked':
    case 'canceled':
      return ending.reason;
  }
}

const releaseRollback: Watch<Release, ReleaseEvent> = {
  work: (id) => ({ id }),
  resource: (id) => `releases/${id}`,
  begins: ({ type }) => type === 'rollback-asked',
  stands({ state, lines }) {
    const settled = lines.map(({ event }) => event).find((event) => isDone(event, 'settle'));
    if (settled) {
      const ending = 'facts' in settled ? settled.facts?.ending : undefined;
      if (ending?.phase !== 'stopped') return { status: 'Succeeded' };
      return { status: 'Failed', error: failure('NoRollbackTarget', ending.reason) };
    }
    return 'standing' in state ? running(state.standing) : { status: 'Succeeded' };
  },
};

/** One run of a gate. What is not passed is failed: nothing goes on by it. */
const validation: Watch<Validation, ValidationEvent> = {
  work: (id) => ({ id }),
  resource: (id) => `validations/${id}`,
  begins: ({ type }) => type === 'begun',
  stands({ state: { end, checks, since, lookAt, waitingFor, subject } }) {
    const percentComplete = Math.floor(
      (100 * checks.filter(({ state }) => !['pending', 'running'].includes(state)).length) /
        Math.max(checks.length, 1),
    );
    switch (end?.verdict) {
      case undefined:
        return { status: 'Running', since, nextLookAt: lookAt, waitingFor, percentComplete };
      case 'passed':
        return { status: 'Succeeded' };
      case 'canceled':
        return canceled(`${end?.by ?? ''}: ${end?.reason ?? ''}`);
      case 'failed':
      case 'inconclusive': {
        const message = `The gate of ${subject.channel} came out as ${end?.verdict}.`;
        return { status: 'Failed', error: failure('GateNotPassed', message) };
      }
    }
  },
};

/** A version on its way to a place. A retry is another. */
const copy: Watch<Copy, CopyEvent> = {
  work: (id) => (/^[^.]+\.\d+\.\d+\.\d+\.[^.]+$/.test(id) ? { id } : undefined),
  resource: (id) => `${versionPath(id.slice(0, id.lastIndexOf('.')))}/copies`,
  begins: ({ type }) => type === 'wanted',
  stands({ state, lines }) {
    for (const { event } of lines) {
      if (event.type === 'stopped') return { status: 'Failed', error: event.failure };
      if (event.type === 'unwanted') return canceled(`${event.by}: ${event.reason}`);
      if (isDone(event, 'grant', 'replicate')) return { status: 'Succeeded' };
      const why = failureIn(event);
      if (why) return { status: 'Failed', error: why };
    }
    return 'standing' in state ? running(state.standing) : { status: 'Running' };
  },
};

const placeRemoval: Watch<Place, PlaceEvent> = {
  work: (id) => (/^[^.]+\.[^.]+$/.test(id) ? { id } : undefined),
  resource: (id) => `image-sets/${id.replace('.', '/places/')}`,
  begins: ({ type }) => type === 'deleted',
  stands({ state, lines }) {
    for (const { event } of lines) {
      if (isDone(event, 'withdraw')) return { status: 'Succeeded' };
      const why = failureIn(event);
      if (why) return { status: 'Failed', error: why };
    }
    return 'standing' in state ? running(state.standing) : { status: 'Running' };
  },
};

/** What of channels, releases, gates, copies and places takes long. */
export const monitorsOfChannels = { movement };
export const monitorsOfReleases = { release, 'release-rollback': releaseRollback };
export const monitorsOfValidations = { validation };
export const monitorsOfCopies = { copy };
export const monitorsOfPlaces = { 'place-removal': placeRemoval };
