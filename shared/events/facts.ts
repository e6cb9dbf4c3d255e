import type { EventType } from '../event-types.ts';
import type { Feed, Told } from '../workflow/outbox.ts';

/** What others are told; its type is one of the closed list. */
export type ToldEvent = Told & { readonly type: EventType };

/** Why a fact is no event. */
type LeftOut = string;
type Tells<State, Event> = (
  event: Event,
  after: State,
  before: State | undefined,
  id: string,
) => ToldEvent | readonly ToldEvent[] | undefined;

/** What each fact of a life tells the world. The compiler holds every fact to be in here, or to be left out. */
export type Facts<State, Event extends { readonly type: string }> = {
  readonly [Type in Event['type']]: LeftOut | Tells<State, Event & { readonly type: Type }>;
};

/** What a life tells, by its table of facts. */
export function tellsBy<State, Event extends { readonly type: string }>(
  facts: Facts<State, Event>,
): Feed<State, Event>['tells'] {
  return (id, event, after, before) => {
    const tells: LeftOut | Tells<State, never> = facts[event.type as Event['type']];
    if (typeof tells === 'string') return [];
    return [tells(event as never, after, before, id) ?? []].flat();
  };
}
