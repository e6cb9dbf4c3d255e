import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
} from 'zod-openapi';
import { kinds } from '../error-kinds.ts';
import type { ErrorCode } from '../errors.ts';
import type { AnyEndpoint, Answer } from './endpoint.ts';
import { examples } from './examples.ts';

const detail = z.strictObject({ code: z.string(), message: z.string(), target: z.string().optional() });

/** What every refusal looks like. */
export const refusalBody = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe('One of a closed list, which `x-error-codes` holds. Never renamed.'),
      message: z.string().describe('For a person: what is wrong, in this case.'),
      target: z.string().optional().describe('The field of the request, or the resource, that it is about.'),
      details: z.array(detail).optional(),
      remedy: z.string().optional().describe('What a person can do about it.'),
    }),
  })
  .meta({ id: 'Error' });

/** What any request may be refused with, whatever it asks for. */
const always: readonly ErrorCode[] = [
  'ValidationFailed',
  'StateTooLarge',
  'Conflict',
  'AzureUnavailable',
  'SettingsWrong',
];
/** And whatever has a body. */
const ofBodies: readonly ErrorCode[] = [
  'MalformedJson',
  'BodyTooLarge',
  'UnsupportedMediaType',
  'LengthRequired',
];

/** The OpenAPI document of what is declared. */
export function openApi(endpoints: readonly AnyEndpoint[], serverUrl: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const one of endpoints) {
    const path = (paths[`/${one.route}`] ??= {});
    path[one.method.toLowerCase()] = operationOf(one);
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Goldsmith',
      version: '1',
      description:
        'Golden images for Azure Virtual Desktop: built, proven, released, rolled out, taken back.',
    },
    servers: [{ url: serverUrl }],
    security: [{ key: [] }, { signIn: [] }],
    components: {
      headers: headersOfAnswers,
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        signIn: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of Microsoft Entra ID, where people sign in.',
        },
      },
    },
    paths,
    'x-error-codes': Object.fromEntries(
      Object.entries(kinds).map(([code, { httpStatus, remedy }]) => [code, { httpStatus, remedy }]),
    ),
  } satisfies ZodOpenApiObject;
  return createDocument(document, { override: shortened });
}

/** Leaves out what says nothing: the pattern of a date that its format names, the limits that all numbers have. */
const shortened: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

function operationOf(one: AnyEndpoint): ZodOpenApiOperationObject {
  const { name, about, route, role, path, query, body, takes = [] } = one;
  const header = Object.fromEntries(takes.map((taken) => [taken, headers[taken]]));
  return {
    operationId: name,
    summary: about,
    tags: [route.split('/')[0] ?? ''],
    ...((role === 'anyone' || role === 'token') && { security: [] }),
    'x-role': role,
    requestParams: {
      ...(path && { path: z.object(path) }),
      ...(query && { query: z.object(query) }),
      ...(takes.length > 0 && { header: z.object(header) }),
    },
    ...(body && { requestBody: requestOf(name, body) }),
    // A probe's own word for not being ready comes before that of a refusal.
    responses: { ...refusalsOf(one), ...answersOf(one) },
  };
}

function requestOf(name: string, schema: z.ZodType) {
  const shown = Object.entries(examples[name] ?? {}).map(([title, value]) => [title, { value }]);
  return {
    // One that takes an empty object does without.
    required: !schema.safeParse({}).success,
    content: {
      'application/json': { schema, ...(shown.length > 0 && { examples: Object.fromEntries(shown) }) },
    },
  };
}

const headers = {
  'Idempotency-Key': z
    .string()
    .optional()
    .describe('Visible ASCII, at most 128. The same key and body is the same request for 24 hours.'),
  'If-Match': z
    .string()
    .optional()
    .describe(
      'The ETag that was read, such as "7"; or *, whatever is there. Needed to change what is there.',
    ),
  'If-None-Match': z.string().optional().describe('*: only if it is not there yet.'),
};

const everyAnswers = {
  'x-ms-request-id': { $ref: '#/components/headers/RequestId' },
  'x-ms-client-request-id': { $ref: '#/components/headers/ClientRequestId' },
  traceparent: { $ref: '#/components/headers/Traceparent' },
};
const said = (description: string) => ({ description, schema: { type: 'string' as const } });
const headersOfAnswers = {
  RequestId: said('By what id it is known here: to be quoted to whoever looks after Goldsmith.'),
  ClientRequestId: said('As it came with the request, if it came.'),
  Traceparent: said('W3C Trace Context, as it came with the request, if it came.'),
  ErrorCode: said('The `code` of the error.'),
  ETag: said('What `If-Match` takes.'),
  'Operation-Location': said('Where it says how that stands which takes long: an operation.'),
  Location: said('What it is done on.'),
  'Retry-After': said('Seconds after which it is worth asking again.'),
};

function answersOf({ answers }: AnyEndpoint) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { about, body, headers = [] }]: [string, Answer]) => [
      status,
      {
        description: about,
        ...(body && { content: { 'application/json': { schema: body } } }),
        headers: {
          ...everyAnswers,
          ...Object.fromEntries(
            headers
              .flatMap((name) => (name === 'Operation-Location' ? [name, 'Location'] : [name]))
              .map((name) => [name, { $ref: `#/components/headers/${name}` }]),
          ),
        },
      },
    ]),
  );
}

const refusals = new Map<string, object>();

/** The refusal with these codes: one for all endpoints that have it, which the document then says once. */
function refusalWith(status: string, codes: readonly ErrorCode[]): object {
  const id = `Refused${status}.${codes.join('.')}`;
  const known = refusals.get(id);
  if (known) return known;
  const made = {
    id,
    description: codes.join(', '),
    'x-codes': codes,
    headers: { ...everyAnswers, 'x-ms-error-code': { $ref: '#/components/headers/ErrorCode' } },
    content: { 'application/json': { schema: refusalBody } },
  };
  refusals.set(id, made);
  return made;
}

/** By status, with the codes that come with it. */
function refusalsOf({ role, method, path, body, takes = [], refuses = [] }: AnyEndpoint) {
  const isOpen = role === 'anyone' || role === 'token';
  const codes = new Set<ErrorCode>([
    ...always,
    ...(body ? ofBodies : []),
    ...refuses,
    ...(takes.includes('If-Match') ? (['PreconditionFailed'] as const) : []),
    ...(takes.includes('If-Match') && method !== 'POST' ? (['PreconditionRequired'] as const) : []),
    ...(method === 'GET' ? [] : (['AuditUnavailable'] as const)),
    ...(path ? (['NotFound'] as const) : []),
    ...(isOpen ? [] : (['Forbidden'] as const)),
  ]);
  const byStatus = Map.groupBy([...codes].toSorted(), (code) => String(kinds[code].httpStatus));
  const told = [...byStatus].map(([status, of]) => [status, refusalWith(status, of)]);
  // Without a body where the host refuses the key before the app is asked.
  const keyless = isOpen
    ? []
    : [['401', { description: 'Unauthenticated: nobody, or a key that is not good.' }]];
  return Object.fromEntries([...keyless, ...told]) as Record<`${1 | 2 | 3 | 4 | 5}${string}`, object>;
}
