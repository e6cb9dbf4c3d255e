import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { AnyStage, Facts, Release, ReleaseEvent } from '../../shared/releases/course.ts';
import { releaseLife } from '../../shared/releases/release.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const channels = ['test', 'pilot', 'production'] as const;
export const started: ReleaseEvent = {
  type: 'started',
  set: 'win11',
  number: '1.1.0',
  channels,
  by: 'ana',
  reason: 'patches',
  at: noon,
};

/** What happens next, told as it would be of the stage that the release is in. */
export type Next = (release: Release) => ReleaseEvent;

const inStage = (release: Release) => {
  if (!('standing' in release)) return { stage: 'build' as AnyStage, look: 99, at: noon };
  const { stage, look } = release.standing;
  return { stage, look, at: minutesAfter(noon, 1) };
};
const why = failure('CheckFailed', 'sign-in failed: 41 s.');
const said = { by: 'ben', reason: 'so', at: minutesAfter(noon, 2) };

export const done: Next = (release) => ({ type: 'stage-done', ...inStage(release) });
export const failedWith =
  (code: Parameters<typeof failure>[0]): Next =>
  (release) => ({ type: 'stage-failed', ...inStage(release), failure: failure(code, 'no.') });
export const brings =
  (facts: Partial<Facts>): Next =>
  (release) => ({ type: 'stage-running', ...inStage(release), lookAt: minutesAfter(noon, 9), facts });
export const ended: Next = (release) => ({
  type: 'stage-done',
  ...inStage(release),
  facts: { ending: { phase: 'superseded', newer: '1.2.0', channel: 'test' } },
});
export const intended: Next = (release) => ({
  type: 'stage-intended',
  ...inStage(release),
  intent: { attempt: 1, at: minutesAfter(noon, 1), what: 'move', before: '' },
});
export const paused: Next = () => ({ type: 'paused', ...said });
export const resumed: Next = () => ({ type: 'resumed', ...said });
export const stopped: Next = () => ({ type: 'stopped', ...said });

/** One of each thing that a release may hear. */
export const events: Readonly<Record<string, Next>> = {
  started: () => started,
  running: (release) => ({ type: 'stage-running', ...inStage(release), lookAt: minutesAfter(noon, 9) }),
  troubled: (release) => ({
    type: 'stage-troubled',
    ...inStage(release),
    failure: why,
    lookAt: minutesAfter(noon, 9),
  }),
  intended,
  done,
  failed: failedWith('CheckFailed'),
  overdue: (release) => ({ type: 'stage-overdue', ...inStage(release), failure: why }),
  'found over': ended,
  paused,
  resumed,
  stopped,
  'rollback asked': () => ({ type: 'rollback-asked', request: 'r', ...said }),
  overridden: (release) => ({
    type: 'overridden',
    override: {
      checks: ['sign-in'],
      channel: 'index' in release ? (channels[release.index] ?? '') : 'test',
      expiresAt: minutesAfter(noon, 600),
      ...said,
    },
    at: said.at,
  }),
  nudged: () => ({ type: 'nudged', at: minutesAfter(noon, 3) }),
};

/** A release after what it has heard. */
export function after(...story: readonly Next[]): Release {
  const first = releaseLife.evolve(undefined, started);
  if (!first) throw new Error('nothing began');
  return story.reduce((release, next) => releaseLife.evolve(release, next(release)) ?? release, first);
}

const [toEnter, toCheck] = [
  [done, done],
  [done, done, done],
];
const toSoak = [...toCheck, done];

/** A release in each state that it can be in. */
export const states: Readonly<Record<string, Release>> = {
  build: after(),
  approve: after(done),
  enter: after(...toEnter),
  check: after(...toCheck),
  soak: after(...toSoak),
  'last check': after(...toSoak, done, done, done, done, done, done, done),
  paused: after(...toEnter, paused),
  'blocked approve': after(done, failedWith('ApprovalExpired')),
  'blocked enter': after(...toEnter, failedWith('RolloutFailed')),
  'blocked check': after(...toCheck, failedWith('CheckFailed')),
  stopping: after(...toEnter, stopped),
  released: after(...toSoak, done, done, done, done, done, done, done, done),
  stopped: after(...toEnter, stopped, done),
  superseded: after(...toEnter, ended, done),
  'rolled-back': after(...toEnter, (release) => events['rollback asked']?.(release) ?? started, done),
  canceled: after(
    (release) => ({
      type: 'stage-done',
      ...inStage(release),
      facts: { ending: { phase: 'canceled', reason: 'no' } },
    }),
    done,
  ),
};

/** Where a release stands, in the words of the table. */
export function nameOf(release: Release): string {
  if (release.phase === 'blocked') return `blocked ${release.stage}`;
  if (release.phase !== 'running') return release.phase;
  if (release.pause) return 'paused';
  return release.standing.stage === 'check' && release.index === 2 ? 'last check' : release.standing.stage;
}
