import { type Instant, secondsBetween } from '../instant.ts';

/** Where a script runs. */
export interface MachineAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Absent where machines stand alone. */
  readonly scaleSet?: string;
  readonly instanceId: string;
}

/** What a script found, before it is held against anything. */
export type Reading =
  | {
      readonly outcome: 'measured';
      measured?: number;
      unit?: string;
      evidence: string;
      items?: readonly string[];
    }
  | { readonly outcome: 'inconclusive' | 'errored'; readonly evidence: string };

/** The course of one check's script on one host, from the intention to its last trace being gone. */
export interface Course {
  readonly machine: MachineAddress;
  readonly location: string;
  /** `meant`: somebody is about to start it, or has; `over`: what it found is known, and a trace may be left. */
  readonly state: 'wanted' | 'meant' | 'running' | 'over' | 'cleared';
  readonly since: Instant;
  /** The latest intention to start it. */
  readonly meantAt?: Instant;
  /** The request to start it has certainly come to its end. */
  readonly hasLanded: boolean;
  /** When Azure was last asked of it. */
  readonly askedAt?: Instant;
  /** How often in a row Azure would not start it yet. */
  readonly tries: number;
  readonly reading?: Reading;
  /** Its trace could not be taken away. */
  readonly leftBehind?: true;
}

/** What came of starting it, told by the one who kept the intention. */
type Start = { readonly at: Instant } & (
  | { readonly type: 'meant' | 'started' | 'unheard' | 'not-tried' }
  | { readonly type: 'turned-away' | 'refused'; readonly why: string }
);
/** What Azure said of it. */
type Word = { readonly at: Instant } & (
  | { readonly type: 'seen' | 'absent' }
  | { readonly type: 'ended'; readonly reading: Reading }
);
export type CourseEvent = Start | Word | { readonly type: 'dropped' | 'left'; readonly at: Instant };

/**
 * Whoever means to start a script lets go of it after two minutes, and a request whose reply was lost lands
 * within some more; what is not there after this was not started, and will not be.
 */
export const landsWithinSeconds = 10 * 60;
const mostTries = 10;

/** The course after what happened; the very same where it is old news. */
export function afterCourse(course: Course, event: CourseEvent): Course {
  const { state } = course;
  const { at } = event;
  switch (event.type) {
    case 'seen':
    case 'absent':
    case 'ended':
      return afterWord({ ...course, askedAt: at }, event);
    case 'dropped':
      if (state === 'wanted') return cleared(course, at);
      return state === 'meant' || state === 'running' ? { ...course, state: 'over', since: at } : course;
    case 'left':
      return state === 'over' ? { ...cleared(course, at), leftBehind: true } : course;
    default:
      return afterStart(course, event);
  }
}

function afterStart(course: Course, event: Start): Course {
  const { at } = event;
  if (event.type === 'meant') {
    if (course.state !== 'wanted') return course;
    return { ...course, state: 'meant', since: at, meantAt: at, hasLanded: false };
  }
  // Whose check is over meanwhile has its trace to be cleared all the same.
  if (course.state === 'over' && event.type === 'started') return { ...course, hasLanded: true };
  if (course.state !== 'meant') return course;
  switch (event.type) {
    case 'started':
      return { ...course, state: 'running', since: at, tries: 0, hasLanded: true };
    case 'unheard':
      return course; // it may have begun: asked for by its name, it will show
    case 'not-tried':
      return { ...course, state: 'wanted', since: at };
    case 'turned-away': {
      const tries = course.tries + 1;
      if (tries < mostTries) return { ...course, state: 'wanted', since: at, tries };
      return cleared({ ...course, tries }, at, { outcome: 'errored', evidence: event.why });
    }
    case 'refused':
      return cleared(course, at, { outcome: 'errored', evidence: event.why });
  }
}

function afterWord(course: Course, event: Word): Course {
  const { state } = course;
  if (event.type === 'absent') return absent(course, event.at);
  if (state === 'wanted' || state === 'cleared') return course;
  if (state === 'over') return { ...course, hasLanded: true };
  const there: Course = { ...course, hasLanded: true };
  if (event.type === 'ended') return { ...there, state: 'over', since: event.at, reading: event.reading };
  return state === 'meant' ? { ...there, state: 'running', since: event.at, tries: 0 } : there;
}

/** Azure has no script of that name. */
function absent(course: Course, at: Instant): Course {
  const { meantAt = course.since } = course;
  const hasLanded = course.hasLanded || secondsBetween(meantAt, at) >= landsWithinSeconds;
  switch (course.state) {
    case 'meant':
      return hasLanded ? { ...course, state: 'wanted', since: at } : course;
    case 'running': {
      const evidence = 'the script is gone from the host, which was reimaged or removed';
      return { ...course, state: 'over', since: at, reading: { outcome: 'errored', evidence } };
    }
    case 'over':
      return hasLanded ? cleared(course, at) : course;
    default:
      return course;
  }
}

function cleared(course: Course, at: Instant, reading: Reading | undefined = course.reading): Course {
  return { ...course, state: 'cleared', since: at, ...(reading && { reading }) };
}

/** Something of it may still be on the host, or get there. */
export function mayBeThere({ state }: Course): boolean {
  return state === 'meant' || state === 'running' || state === 'over';
}

/** Nothing more will be found. */
export function isFound({ state }: Course): boolean {
  return state === 'over' || state === 'cleared';
}
