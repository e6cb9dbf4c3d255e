import type { HttpFunctionOptions, HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import { answer, bodyAs, idempotencyKey, preconditionOf } from '../http.ts';
import type { Precondition } from '../precondition.ts';
import { checksAnswers } from '../settings.ts';
import { inWords } from '../wrong-input.ts';
import { guard, open } from './guard.ts';
import type { Caller } from './identity.ts';
import { signsIn } from './identity-settings.ts';
import type { Role } from './roles.ts';
import { type Trail, trailOf } from './trail.ts';

type Shape = Readonly<Record<string, z.ZodType>>;
/** No parameters. */
type None = Readonly<Record<string, never>>;
type Values<Of extends Shape> = { readonly [Name in keyof Of]: z.output<Of[Name]> };

export interface Answer {
  /** What it means that this status comes. */
  readonly about: string;
  /** Of the JSON body; none if there is none. */
  readonly body?: z.ZodType;
  readonly headers?: readonly ('ETag' | 'Operation-Location' | 'Retry-After')[];
}

/** One endpoint, declared once: from this come its trigger, what is checked, and its part of the API document. */
export interface Endpoint<Path extends Shape, Query extends Shape, Body extends z.ZodType> {
  /** Of the function, and `operationId`. */
  readonly name: string;
  readonly method: Exclude<HttpMethod, 'TRACE' | 'CONNECT' | 'OPTIONS' | 'HEAD'>;
  /** Below `/api/`, with `{parameters}`. */
  readonly route: string;
  /** `anyone` needs no key; `token` is let in by a secret of its own, which the handler checks. */
  readonly role: Role | 'anyone' | 'token';
  readonly about: string;
  readonly path?: Path;
  readonly query?: Query;
  readonly body?: Body;
  /** With `If-Match` come the refusals 412 and, of what is put or deleted, 428. */
  readonly takes?: readonly ('Idempotency-Key' | 'If-Match' | 'If-None-Match')[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those that every endpoint refuses with. */
  readonly refuses?: readonly ErrorCode[];
  readonly handle: (asked: Asked<Path, Query, Body>) => Promise<HttpResponseInit>;
}

/** A request whose every part has been checked. */
export interface Asked<Path extends Shape, Query extends Shape, Body extends z.ZodType> {
  readonly path: Values<Path>;
  readonly query: Values<Query>;
  readonly body: z.output<Body>;
  readonly key: string | undefined;
  /** What is to be true of what there is; of an action, only where it was said. */
  readonly onlyIf: Precondition;
  /** Who asks. A body that has `by` says it already; others record `caller.name`. */
  readonly caller: Caller;
  readonly request: HttpRequest;
}

export type AnyEndpoint = Omit<Endpoint<Shape, Shape, z.ZodType>, 'handle'>;

const declared = new Map<string, AnyEndpoint>();

/** All that have been declared, in the order of their paths: once the functions are loaded, the whole API. */
export function endpoints(): readonly AnyEndpoint[] {
  return [...declared.values()].toSorted((a, b) => (a.route < b.route ? -1 : 1));
}

/** Declares an endpoint; the answer is what `app.http` takes. */
export function endpoint<
  Path extends Shape = None,
  Query extends Shape = None,
  Body extends z.ZodType = z.ZodUndefined,
>(wanted: Endpoint<Path, Query, Body>): [name: string, options: HttpFunctionOptions] {
  const { name, method, route, role, body, takes = [] } = wanted;
  const guarded = role === 'anyone' || role === 'token' ? open : guard({ method, route, role });
  declared.set(name, wanted);
  const handle = async (request: HttpRequest, trail: Trail): Promise<HttpResponseInit> => {
    const caller = guarded.enter(request, (known) => trail.heard({ caller: known }));
    const path = parse(wanted.path, { ...request.params });
    const query = parseQuery(wanted.query, request);
    await guarded.path(caller, path);
    const heard = (text: string) => trail.heard({ text });
    const asked = {
      path,
      query,
      body: (body && guarded.body(caller, body, await bodyAs(request, body, heard))) as z.output<Body>,
      key: takes.includes('Idempotency-Key') ? idempotencyKey(request) : undefined,
      onlyIf: preconditionOf(request, takes),
      caller,
      request,
    };
    trail.heard({ body: asked.body });
    await trail.begin();
    const answered = await wanted.handle(asked);
    trail.answered(answered);
    if (checksAnswers()) hold(wanted, answered);
    if (answered.jsonBody === undefined) return answered;
    return { ...answered, jsonBody: guarded.answer(caller, answered.jsonBody) };
  };
  const handler = answer(async (request) => {
    const trail = trailOf(wanted, request);
    try {
      return await handle(request, trail);
    } catch (error) {
      trail.refused(error);
      throw error;
    }
  }, `/api/${route}`);
  // The host lets nobody in without a key, signed in or not: where people sign in it must let all of them through.
  const authLevel = guarded === open || signsIn() ? 'anonymous' : 'function';
  return [name, { methods: [method], route, authLevel, handler }];
}

/** Each value by its own schema, so that what is wrong is said of the one it is wrong with. */
function parse<Of extends Shape>(shape: Of | undefined, given: Record<string, unknown>): Values<Of> {
  const parsed = Object.entries(shape ?? {}).map(([name, schema]) => {
    const result = schema.safeParse(given[name], {
      error: (issue) => (issue.input === undefined ? `The query needs ${name}.` : inWords(issue)),
    });
    if (result.success) return [name, result.data];
    throw new AppError('ValidationFailed', result.error.issues[0]?.message ?? 'invalid', { target: name });
  });
  return Object.fromEntries(parsed) as Values<Of>;
}

/** The platform's own: a key may come as `code`. */
const platforms = new Set(['code', 'clientId']);

function parseQuery<Of extends Shape>(shape: Of | undefined, request: HttpRequest): Values<Of> {
  const given = Object.fromEntries(request.query.entries());
  const unknown = Object.keys(given).find(
    (name) => !Object.hasOwn(shape ?? {}, name) && !platforms.has(name),
  );
  if (unknown !== undefined) {
    const known = Object.keys(shape ?? {}).join(', ');
    const message = `There is no parameter ${unknown.slice(0, 60)} here${known && `, only ${known}`}.`;
    throw new AppError('ValidationFailed', message, { target: unknown.slice(0, 60) });
  }
  return parse(shape, given);
}

/** Where somebody is looking for defects, an answer that its declaration does not describe is one. */
function hold({ name, answers }: AnyEndpoint, { status = 200, headers, jsonBody }: HttpResponseInit): void {
  const declaration = answers[status];
  if (!declaration) throw new Error(`${name} answers ${status}, which is not declared`);
  const hasTag = Object.hasOwn(headers ?? {}, 'etag');
  if (hasTag !== (declaration.headers?.includes('ETag') ?? false))
    throw new Error(`${name} answers ${status} ${hasTag ? 'with an' : 'without its'} ETag`);
  // As the client sees it: what is undefined is not sent.
  const sent: unknown = jsonBody === undefined ? undefined : JSON.parse(JSON.stringify(jsonBody));
  const result = (declaration.body ?? z.undefined()).safeParse(sent);
  if (!result.success) throw new Error(`${name} answers what is not declared: ${result.error.message}`);
}
