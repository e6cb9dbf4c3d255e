import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';

/** One fact of a history. */
export interface Line<Event> {
  readonly at: Instant;
  readonly event: Event;
}

/** How an operation stands. What has ended stays as it ended. */
export type Stand =
  | (Progress & { readonly status: 'Running' })
  | { readonly status: 'Succeeded'; readonly warnings?: readonly Warning[] }
  | { readonly status: 'Failed'; readonly error: Failure }
  | { readonly status: 'Canceled'; readonly reason: string };

/** What it did not come to, though it succeeded. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

export interface Progress {
  /** Since when it has stood where it stands, and when it is looked at next: the same until the first look. */
  readonly since?: Instant;
  readonly nextLookAt?: Instant;
  readonly waitingFor?: string;
  readonly percentComplete?: number;
  readonly stages?: readonly StageSeen[];
}

export interface StageSeen {
  readonly name: string;
  readonly state: 'done' | 'running' | 'ahead';
}

/** One operation in the history of what it is about. */
export interface Seen<State, Event> {
  /** What it is about, as its id names it. */
  readonly of: string;
  readonly state: State;
  /** The fact that began it, and all that happened before another of its kind began. */
  readonly lines: readonly Line<Event>[];
  /** Another of its kind has begun since. */
  readonly isFollowed: boolean;
  /** All of the history, and which line of it began the operation. */
  readonly history: readonly Line<Event>[];
  readonly begunAt: number;
  /** What the id names beside the work: a region of a version. */
  readonly part: string;
}

/** What the operations of a kind are about, and how one stands: by what was saved, and nothing else. */
export interface Watch<State, Event> {
  /** Of the work whose history tells of it; absent where the id is none of the kind. */
  readonly work: (id: string) => { readonly id: string; readonly part?: string } | undefined;
  /** Where the API shows what it is about: a path below `/api/`. */
  readonly resource: (id: string) => string;
  /** Whether the fact begins one. The first to begin is number 1. */
  readonly begins: (event: Event, part: string) => boolean;
  /** What names the request that the fact came of, where requests are named. */
  readonly request?: (event: Event) => string | undefined;
  readonly stands: (seen: Seen<State, Event>) => Stand;
}

/** What names an operation: nothing is stored for it. */
export interface OperationName {
  readonly kind: string;
  /** Counts the operations of the kind on the same thing, from 1. */
  readonly number: number;
  /** What it is about. */
  readonly of: string;
}

/** `build.2.win11-avd.1.4.0`: the second build of that version. */
export function operationId({ kind, number, of }: OperationName): string {
  return `${kind}.${number}.${of}`;
}

export function operationNamed(id: string): OperationName | undefined {
  const [, kind = '', number = '', of = ''] = /^([a-z-]+)\.([1-9]\d{0,6})\.(.+)$/.exec(id) ?? [];
  return of === '' ? undefined : { kind, number: Number(number), of };
}

/** The operations in a history, in the order in which they began, each with the fact that began it. */
export function begunIn<State, Event>(
  { begins }: Watch<State, Event>,
  history: readonly Line<Event>[],
  part: string,
): readonly { readonly line: Line<Event>; readonly index: number }[] {
  return history.flatMap((line, index) => (begins(line.event, part) ? [{ line, index }] : []));
}

/** One operation by its number, as the history and the state tell of it; undefined if there is none. */
export function operationIn<State, Event>(
  watch: Watch<State, Event>,
  {
    state,
    history,
    of = '',
    part = '',
  }: { state: State; history: readonly Line<Event>[]; of?: string; part?: string | undefined },
  number: number,
) {
  const begun = begunIn(watch, history, part);
  const one = begun[number - 1];
  if (!one) return undefined;
  const next = begun[number]?.index;
  const lines = history.slice(one.index, next);
  const isFollowed = next !== undefined;
  const stand = watch.stands({ state, of, lines, isFollowed, history, begunAt: one.index, part });
  const lastActionAt = lines.at(-1)?.at ?? one.line.at;
  return { stand, createdAt: one.line.at, lastActionAt, isNew: lines.length === 1 };
}

/** A part of a piece of work that passes stages, as far as it is known of all of them. */
interface Standing {
  readonly stage: string;
  readonly since: Instant;
  readonly lookAt: Instant;
  readonly waitingFor: string;
}

/** Of what is at a stage: how far it is, and what it waits for. */
export function running(
  { stage, since, lookAt, waitingFor }: Standing,
  order: readonly string[] = [],
): Extract<Stand, { readonly status: 'Running' }> {
  const at = order.indexOf(stage);
  const stages = order.map((name, index) => ({
    name,
    state: index < at ? ('done' as const) : index === at ? ('running' as const) : ('ahead' as const),
  }));
  return {
    status: 'Running',
    since,
    nextLookAt: lookAt,
    waitingFor: waitingFor || stage,
    ...(at >= 0 && { stages }),
  };
}

interface StageLine {
  readonly type: string;
  readonly stage?: string;
  readonly failure?: Failure;
}

/** Whether the fact is that one of these stages came to its end. */
export function isDone({ type, stage = '' }: StageLine, ...stages: readonly string[]): boolean {
  return type === 'stage-done' && stages.includes(stage);
}

/** Why a stage failed, if the fact is that it did. */
export function failureIn({ type, failure }: StageLine): Failure | undefined {
  return type === 'stage-failed' || type === 'stage-overdue' ? failure : undefined;
}
