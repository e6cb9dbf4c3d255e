import type { Workflow } from '../../shared/workflow/workflow.ts';

export interface Drawn<State, Event> {
  readonly life: Workflow<State, Event, unknown>;
  readonly begins: Event;
  /** Every event that could come now, answering the look that the state waits for. */
  readonly events: (state: State) => readonly Event[];
  /** What the state is called in the picture. */
  readonly label: (state: State) => string;
  /** What else makes a difference to what follows. */
  readonly key?: (state: State) => string;
}

/** Walks a life through every state and event, and draws what it saw as a Mermaid state diagram. */
export function draw<State, Event extends { readonly type: string }>(drawn: Drawn<State, Event>): string {
  const { life, begins, events, label, key = label } = drawn;
  const first = life.evolve(undefined, begins);
  if (first === undefined) throw new Error('a life begins with its first event');
  const edges = new Map<string, Set<string>>([[`[*] --> ${label(first)}`, new Set([begins.type])]]);
  const seen = new Map([[key(first), first]]);
  for (const state of seen.values()) {
    for (const event of events(state)) {
      const next = life.evolve(state, event);
      if (next === undefined || next === state) continue;
      if (label(next) !== label(state)) {
        const edge = `${label(state)} --> ${label(next)}`;
        edges.set(edge, (edges.get(edge) ?? new Set()).add(event.type));
      }
      if (!seen.has(key(next))) seen.set(key(next), next);
    }
  }
  const lines = [...edges].map(([edge, types]) => `  ${edge}: ${[...types].toSorted().join(', ')}`);
  return ['stateDiagram-v2', ...lines.toSorted()].join('\n');
}
