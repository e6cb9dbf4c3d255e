import type { Instant } from '../instant.ts';

/**
 * One kind of long-running work, as pure functions.
 * State is the only truth; messages are wake-up calls that may be lost or doubled.
 */
export interface Workflow<State, Event, Command> {
  /** What happened: folds one fact into the state. Old news gives back the very same state. */
  readonly evolve: (state: State | undefined, event: Event) => State | undefined;
  /** What the state calls for now, judged from the state alone. */
  readonly decide: (state: State, now: Instant) => Decision<Command>;
  /** Whether history keeps the fact. A look that found nothing new moves the state and leaves no line. */
  readonly isNews: (event: Event) => boolean;
}

export interface Decision<Command> {
  readonly command?: Command;
  /** When to look again, if time alone can change the answer. */
  readonly lookAgainAt?: Instant;
}
