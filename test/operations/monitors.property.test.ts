import { array, assert, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Channel, type ChannelEvent, channelLife } from '../../shared/channels/channel.ts';
import {
  type Stage,
  stages,
  type Version,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import { begunIn, type Line, operationIn, type Stand, type Watch } from '../../shared/operations/monitor.ts';
import type { Release, ReleaseEvent } from '../../shared/releases/course.ts';
import { type Rollout, type RolloutEvent, rolloutLife } from '../../shared/rollouts/rollout.ts';
import { type Copy, type CopyEvent, copyLife } from '../../shared/sharing/copy.ts';
import { type Place, type PlaceEvent, placeLife } from '../../shared/sharing/place.ts';
import { monitorsOfRollouts } from '../../shared/wiring/monitors-of-desktops.ts';
import { monitorsOfVersions } from '../../shared/wiring/monitors-of-images.ts';
import {
  monitorsOfChannels,
  monitorsOfCopies,
  monitorsOfPlaces,
  monitorsOfReleases,
} from '../../shared/wiring/monitors-of-publishing.ts';
import { channelPicture } from '../channels/picture.ts';
import {
  canceled,
  captures,
  deleteAsked,
  done,
  expired,
  fails,
  noon,
  overdue,
  requested,
  retried,
  revoked,
} from '../images/versions.ts';
import { releasePicture } from '../releases/picture.ts';
import type { Drawn } from '../support/diagram.ts';
import { lives } from '../support/lives.ts';

type Walked<State, Event> = Pick<Drawn<State, Event>, 'life' | 'begins' | 'events'> & {
  readonly watches: Readonly<Record<string, Watch<State, Event>>>;
  /** Whether only people, or nobody, could make anything of it. */
  readonly isQuiet: (state: State) => boolean;
};

/** Every operation of a history, by its name. */
function seenIn<State, Event>(
  watches: Readonly<Record<string, Watch<State, Event>>>,
  state: State,
  history: readonly Line<Event>[],
): ReadonlyMap<string, Stand> {
  const seen = new Map<string, Stand>();
  for (const [kind, watch] of Object.entries(watches)) {
    for (const [index] of begunIn(watch, history, '').entries()) {
      const found = operationIn(watch, { state, history }, index + 1);
      if (found) seen.set(`${kind}.${index + 1}`, found.stand);
    }
  }
  return seen;
}

const isEnded = ({ status }: Stand) => status !== 'Running';

/** Walks a life at random; after each step what had ended stands as it ended, and what rests has nothing running. */
function staysEnded<State, Event extends { readonly at: string }>(walked: Walked<State, Event>) {
  const { life, begins, events, watches, isQuiet } = walked;
  return property(array(nat(1000), { maxLength: 40 }), (choices) => {
    let state = life.evolve(undefined, begins);
    if (state === undefined) throw new Error('it never began');
    const history: Line<Event>[] = [{ at: begins.at, event: begins }];
    let before = seenIn(watches, state, history);
    for (const choice of choices) {
      const possible = events(state);
      const event = possible[choice % possible.length];
      if (!event) break;
      const next = life.evolve(state, event);
      if (next === undefined || next === state) continue;
      state = next;
      if (life.isNews(event)) history.push({ at: event.at, event });
      const now = seenIn(watches, state, history);
      for (const [name, stand] of before)
        if (isEnded(stand)) expect({ name, ...now.get(name) }).toEqual({ name, ...stand });
      if (isQuiet(state)) expect([...now].filter(([, stand]) => !isEnded(stand))).toEqual([]);
      before = now;
    }
  });
}

const by = { by: 'ana', reason: 'r', at: noon };
const failure = { code: 'AzureRefused', message: 'no', remedy: '' } as const;
const answersOf = <S extends string>({ stage, look }: { readonly stage: S; readonly look: number }) => {
  const answer = { stage, look, at: noon };
  return [
    { type: 'stage-done' as const, ...answer },
    { type: 'stage-failed' as const, ...answer, failure },
    { type: 'stage-overdue' as const, ...answer, failure },
  ];
};

const ofVersion: Walked<Version, VersionEvent> = {
  life: versionLife,
  begins: requested,
  watches: monitorsOfVersions,
  events: (one) => [
    ...[canceled, done, captures, done, captures, fails, overdue, expired, revoked, deleteAsked].map((told) =>
      told(one, 1),
    ),
    ...Object.keys(stages).map((stage) => retried(stage as Stage)(one, 1)),
  ],
  isQuiet: (one) => !('standing' in one) && one.phase !== 'held',
};

const ofRollout: Walked<Rollout, RolloutEvent> = {
  life: rolloutLife,
  begins: { type: 'requested', pool: '', link: {}, version: {}, ...by } as unknown as RolloutEvent,
  watches: monitorsOfRollouts,
  events: (one) => [
    { type: 'aborted', ...by },
    { type: 'paused', ...by },
    { type: 'resumed', ...by },
    { type: 'set-aside', at: noon },
    { type: 'rolled-back', rollout: 'other', ...by },
    ...('standing' in one ? (answersOf(one.standing) as RolloutEvent[]) : []),
  ],
  isQuiet: (one) => !('standing' in one),
};

const wanted = (how: 'copy' | 'grant'): CopyEvent =>
  ({
    type: 'wanted',
    anew: true,
    set: 's',
    number: '1.0.0',
    place: 'p',
    plan: { how },
    ...by,
  }) as unknown as CopyEvent;
const ofCopy = (how: 'copy' | 'grant'): Walked<Copy, CopyEvent> => ({
  life: copyLife,
  begins: wanted(how),
  watches: monitorsOfCopies,
  events: (one) => [
    wanted(how),
    { type: 'unwanted', ...by },
    { type: 'stopped', failure, at: noon },
    ...('standing' in one ? (answersOf(one.standing) as CopyEvent[]) : []),
  ],
  isQuiet: (one) => !('standing' in one),
});

const ofPlace: Walked<Place, PlaceEvent> = {
  life: placeLife,
  begins: { type: 'put', set: 's', name: 'p', plan: { how: 'grant' }, ...by } as unknown as PlaceEvent,
  watches: monitorsOfPlaces,
  events: (one) => [
    { type: 'deleted', ...by },
    { type: 'put', set: 's', name: 'p', plan: one.plan, ...by },
    ...('standing' in one ? (answersOf(one.standing) as PlaceEvent[]) : []),
  ],
  isQuiet: (one) => !('standing' in one),
};

function withPassed(release: Release, event: ReleaseEvent): ReleaseEvent {
  const channel = 'index' in release ? release.channels[release.index] : undefined;
  if (channel === undefined || event.type !== 'stage-done' || event.stage !== 'check') return event;
  return { ...event, facts: { way: { [channel]: { passedAt: noon } } } };
}

describe('an operation that has ended', () => {
  const { numRuns, timeout } = lives(60);

  it.each<[what: string, walk: () => ReturnType<typeof staysEnded>]>([
    ['a version', () => staysEnded(ofVersion)],
    [
      'a channel',
      () =>
        staysEnded<Channel, ChannelEvent>({
          ...channelPicture,
          life: channelLife,
          watches: monitorsOfChannels,
          isQuiet: ({ phase }) => phase !== 'moving',
        }),
    ],
    [
      'a release',
      () =>
        staysEnded<Release, ReleaseEvent>({
          ...releasePicture,
          // As the stage does, which keeps when a channel was passed.
          events: (one) => releasePicture.events(one).map((event) => withPassed(one, event)),
          watches: monitorsOfReleases,
          isQuiet: (one) => !('standing' in one),
        }),
    ],
    ['a rollout', () => staysEnded(ofRollout)],
    ['a copy', () => staysEnded(ofCopy('copy'))],
    ['a grant', () => staysEnded(ofCopy('grant'))],
    ['a place', () => staysEnded(ofPlace)],
  ])(
    'stays as it ended, and none runs where nothing is under way: %s',
    (_, walk) => {
      assert(walk(), { numRuns });
    },
    timeout,
  );
});
