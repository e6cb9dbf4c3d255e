import { AppError, type Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Ends, type Estimate, estimateOf } from './estimate.ts';
import type { Saved } from '../workflow/store.ts';
import {
  begunIn,
  type Line,
  operationId,
  operationIn,
  operationNamed,
  type Progress,
  type Stand,
  type StageSeen,
  type Warning,
  type Watch,
} from './monitor.ts';

/** Where a kind of work is kept. */
interface Store<State, Event> {
  readonly load: (id: string) => Promise<Saved<State> | undefined>;
  readonly history: (id: string) => Promise<readonly Line<Event>[]>;
}

/** One kind of operation, its types known only to itself. */
export interface Watched {
  readonly find: (of: string, number: number) => Promise<Found | undefined>;
  /** The newest; of a request that is named, the one that it began. Undefined where none has begun. */
  readonly newest: (of: string, request?: string) => Promise<number | undefined>;
}

interface Found {
  readonly resource: string;
  readonly stand: Stand;
  readonly createdAt: Instant;
  readonly lastActionAt: Instant;
  /** Nothing has come of it yet. */
  readonly isNew: boolean;
  /** When it is likely to be over, where that can be told. */
  readonly ends?: Ends | undefined;
}

/** How long something takes, seen from outside: a view of states and histories, which stores nothing itself. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly status: 'NotStarted' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly resource: string;
  readonly createdAt: Instant;
  readonly lastActionAt: Instant;
  readonly waitingFor?: string;
  readonly nextLookAt?: Instant;
  readonly percentComplete?: number;
  readonly estimate?: Estimate;
  readonly stages?: readonly StageSeen[];
  readonly warnings?: readonly Warning[];
  readonly error?: Failure;
  readonly reason?: string;
}

/**
 * The operations of one kind, in the store of the work that they are about; and of what is under way, when it is likely
 * to be over.
 */
export function watched<State, Event>(
  watch: Watch<State, Event>,
  { load, history }: Store<State, Event>,
  endsOf: (state: State) => Promise<Ends | undefined> | undefined = () => undefined,
): Watched {
  return {
    async find(of, number) {
      const work = watch.work(of);
      const saved = work && (await load(work.id));
      if (!work || !saved) return undefined;
      const seen = { state: saved.state, history: await history(work.id), of, part: work.part };
      const found = operationIn(watch, seen, number);
      if (!found) return undefined;
      const ends = found.stand.status === 'Running' ? await endsOf(saved.state) : undefined;
      return { resource: watch.resource(of), ...found, ends };
    },
    async newest(of, request) {
      const work = watch.work(of);
      const begun = work ? begunIn(watch, await history(work.id), work.part ?? '') : [];
      const asked = begun.findLastIndex(({ line }) => watch.request?.(line.event) === request);
      return (request !== undefined && asked >= 0 ? asked + 1 : begun.length) || undefined;
    },
  };
}

interface Said {
  readonly by?: string | undefined;
  readonly reason: string;
}

/** Cancels what an operation is about, as its own action does, and by the role of that. */
interface Cancel {
  readonly role: 'builder' | 'operator';
  readonly ask: (of: string, said: Said) => Promise<unknown>;
}

interface Parts<Kind extends string> {
  readonly kinds: Readonly<Record<Kind, Watched>>;
  /** Of those kinds that can be canceled: how. */
  readonly cancels: { readonly [Of in Kind]?: Cancel };
  readonly now: () => Instant;
}

/** What people may ask of operations. */
export function monitorRequests<Kind extends string>({ kinds, cancels, now }: Parts<Kind>) {
  const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind);

  async function get(id: string): Promise<Operation> {
    const named = operationNamed(id);
    if (named && isKind(named.kind)) {
      const found = await kinds[named.kind].find(named.of, named.number);
      if (found) return operationOf(id, named.kind, found, now());
    }
    throw new AppError('NotFound', `There is no operation ${id}.`, { target: 'operation' });
  }

  return {
    get,

    /** The name of the first of its kind. */
    first: (kind: Kind, of: string) => operationId({ kind, number: 1, of }),

    /** The name of the one that a request has just begun, or found. */
    async of(kind: Kind, of: string, request?: string): Promise<string> {
      return operationId({ kind, number: (await kinds[kind].newest(of, request)) ?? 1, of });
    },

    /** Who may cancel it; of what nobody can cancel, whoever may read is told so. */
    roleToCancel(id: string): Cancel['role'] | 'reader' {
      const kind = operationNamed(id)?.kind ?? '';
      return (isKind(kind) ? cancels[kind]?.role : undefined) ?? 'reader';
    },

    /** Cancels what is under way, where that can be. */
    async cancel(id: string, said: Said): Promise<Operation> {
      const { status, kind, resource } = await get(id);
      const cancel = isKind(kind) ? cancels[kind] : undefined;
      const { of = '' } = operationNamed(id) ?? {};
      if (status !== 'Running' && status !== 'NotStarted') {
        const message = `Operation ${id} is over: ${status}.`;
        throw new AppError('InvalidPhase', message, { target: 'operation' });
      }
      if (!cancel) {
        const message = `A ${kind} cannot be canceled; read ${resource} for what can be done instead.`;
        throw new AppError('InvalidPhase', message, { target: 'operation' });
      }
      await cancel.ask(of, said);
      return await get(id);
    },
  };
}

function operationOf(
  id: string,
  kind: string,
  { resource, stand, createdAt, lastActionAt, isNew, ends }: Found,
  now: Instant,
): Operation {
  const about = { id, kind, resource, createdAt, lastActionAt };
  switch (stand.status) {
    case 'Running':
      return { ...about, ...progressOf(stand, isNew), ...(ends && { estimate: estimateOf(ends, now) }) };
    case 'Succeeded':
      return {
        ...about,
        status: 'Succeeded',
        percentComplete: 100,
        ...(stand.warnings && { warnings: stand.warnings }),
      };
    case 'Failed':
      return { ...about, status: 'Failed', error: stand.error };
    case 'Canceled':
      return { ...about, status: 'Canceled', reason: stand.reason };
  }
}

/** Not started while nobody has looked at it since it began: then its first look is due at once. */
function progressOf({ since, ...progress }: Progress & { status: 'Running' }, isNew: boolean) {
  const isFresh = isNew && since !== undefined && since === progress.nextLookAt;
  return isFresh ? { ...progress, status: 'NotStarted' as const } : progress;
}
