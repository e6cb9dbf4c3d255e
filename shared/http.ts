import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { z } from 'zod';
import { bodyText } from './body-text.ts';
import { correlationHeaders, correlationOf } from './correlation.ts';
import { AppError } from './errors.ts';
import { log } from './log.ts';
import { type Precondition, revisionOf } from './precondition.ts';
import { invoked } from './telemetry/invocation.ts';
import { inWords, missing } from './wrong-input.ts';

/** Wraps a handler so that what it refuses on purpose becomes the answer that the API document describes. */
export function answer(handle: (request: HttpRequest) => Promise<HttpResponseInit>, route = ''): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext) => {
    const correlation = correlationOf(context.invocationId, request.headers);
    const headers = correlationHeaders(correlation);
    const how = {
      trigger: 'http' as const,
      name: `${request.method} ${route}`,
      attributes: { 'http.request.method': request.method, 'http.route': route },
      doing: { request: context.invocationId, clientRequest: correlation.clientRequest },
      calledIn: correlation.traceparent,
      isCause: true,
    };
    const act = async () => {
      try {
        return await handle(request);
      } catch (error) {
        return refusal(error, context.invocationId);
      }
    };
    const answered = await invoked(context, how, act, ({ status = 200 }) => ({
      'http.response.status_code': status,
      ...(status >= 500 && { 'error.type': String(status) }),
    }));
    return {
      ...answered,
      headers: { ...headers, ...(answered.headers as Record<string, string> | undefined) },
    };
  };
}

function refusal(error: unknown, id: string): HttpResponseInit {
  const refused = error instanceof z.ZodError ? invalid(error) : error;
  if (refused instanceof AppError) {
    if (refused.code === 'SettingsWrong') log.error('settings.wrong', { message: refused.message });
    return { status: refused.httpStatus, headers: hints(refused), jsonBody: bodyOf(refused) };
  }
  log.error('request.failed', { id, error });
  const code = 'InternalError';
  const message = `Something went wrong here. Quote request ${id}.`;
  const remedy = 'Tell whoever looks after Goldsmith; whether anything was changed, a GET says.';
  return {
    status: 500,
    headers: { 'x-ms-error-code': code },
    jsonBody: { error: { code, message, remedy } },
  };
}

/**
 * The body, which must be a JSON object that the schema takes. An empty body is an empty object. `heard` is told the
 * text as it came.
 */
export async function bodyAs<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  heard: (text: string) => void = () => {},
): Promise<z.output<Schema>> {
  const whole = await bodyText(request);
  heard(whole);
  const text = whole.trim();
  const result = schema.safeParse(text === '' ? {} : parsed(text), { error: inWords });
  if (result.success) return result.data;
  throw invalid(result.error, text === '' ? 'There is no body, and this needs one. ' : '');
}

/** The key that makes this request repeatable, if the client sent one. */
export function idempotencyKey(request: HttpRequest): string | undefined {
  const key = request.headers.get('idempotency-key') ?? request.headers.get('repeatability-request-id');
  if (key === null) return undefined;
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new AppError('ValidationFailed', 'A key has 1 to 128 visible ASCII characters.', {
    target: 'Idempotency-Key',
  });
}

/** What the client wants to be true of what it changes: `If-Match: "7"` or `*`, `If-None-Match: *`. */
export function preconditionOf(request: HttpRequest, takes: readonly string[]): Precondition {
  const match = takes.includes('If-Match') ? request.headers.get('if-match') : null;
  const noneMatch = takes.includes('If-None-Match') ? request.headers.get('if-none-match') : null;
  if (noneMatch !== null && noneMatch !== '*') {
    const message = 'If-None-Match takes * here: to make what is not there yet.';
    throw new AppError('ValidationFailed', message, { target: 'If-None-Match' });
  }
  const known = match === null ? {} : { match: match === '*' ? ('*' as const) : revisionIn(match) };
  return noneMatch === null ? known : { ...known, isNew: true };
}

function revisionIn(tag: string): number {
  const revision = /^"(\d{1,9})"$/.exec(tag)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new AppError('ValidationFailed', 'If-Match takes the ETag of an earlier answer, such as "7", or *.', {
    target: 'If-Match',
  });
}

/** What an action was decided on, if it says so: of what is there always, `*` says nothing. */
export function revisionRead({ match }: Precondition): number | undefined {
  return match === '*' ? undefined : match;
}

/** What `If-Match` takes again. */
export function etagOf(thing: { readonly revision?: number }): Record<string, string> {
  return { etag: `"${revisionOf(thing)}"` };
}

/** When it is worth asking again how something that takes long stands. */
export const askAgain = { 'retry-after': '15' };

/** 202 with the address that tells how the work stands, and that of what it is done on. */
export function accepted(
  operation: string,
  at: string,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const headers = { 'operation-location': operation, location: at, ...askAgain, ...more };
  return { status: 202, headers, jsonBody: body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('MalformedJson', 'The body is not JSON.', { cause, target: 'body' });
  }
}

function invalid(error: z.ZodError, before = ''): AppError {
  const details = error.issues.map((issue) => ({
    code: detailCode(issue),
    message: issue.message,
    target: targetOf(issue),
  }));
  const [first] = details;
  return new AppError('ValidationFailed', before + (first?.message ?? 'The request is not valid.'), {
    target: first?.target ?? 'body',
    details,
  });
}

function detailCode({ code, message }: z.core.$ZodIssue): string {
  if (message === missing) return 'MissingField';
  return code === 'unrecognized_keys' ? 'UnknownField' : 'InvalidValue';
}

function targetOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0] ?? '');
  return path.join('.') || 'body';
}

function bodyOf({ code, message, target, details, remedy }: AppError) {
  return {
    error: { code, message, ...(target !== undefined && { target }), ...(details && { details }), remedy },
  };
}

function hints({ code, retryAfterSeconds, retryable, revision }: AppError): Record<string, string> {
  return {
    'x-ms-error-code': code,
    ...(revision !== undefined && etagOf({ revision })),
    ...((retryable || retryAfterSeconds) && { 'retry-after': String(retryAfterSeconds ?? 5) }),
  };
}
