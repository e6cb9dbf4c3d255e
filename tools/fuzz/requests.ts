import fc, { type Arbitrary } from 'fast-check';
import type { Document, Operation } from './document.ts';
import { fitting, mutated, oddText, oddValue } from './values.ts';
import type { Sent } from './wire.ts';

export interface World {
  readonly document: Document;
  readonly key: string;
  /** Of each parameter of paths: what there is, here and elsewhere. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

type Draft = Omit<Sent, 'flaw' | 'body'> & { query?: string; body?: Buffer };

const json = { 'content-type': 'application/json' };
const encoded = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E');

/** Requests, most of which something is certainly wrong with; of the rest nobody knows. */
export function requests(world: World): Arbitrary<Sent> {
  const each = world.document.operations.map((operation) => ofOperation(world, operation));
  return fc.oneof(...each);
}

function ofOperation(world: World, operation: Operation): Arbitrary<Sent> {
  const flaws = flawsOf(operation);
  return fc.oneof(
    { weight: 2, arbitrary: draft(world, operation).map(finished) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(draft(world, operation), fc.constantFrom(...flaws))
        .chain(([good, spoil]) => spoil(good)),
    },
  );
}

function finished({ query, path, ...rest }: Draft, flaw?: string): Sent {
  return {
    ...rest,
    path: query === undefined ? path : `${path}?${query}`,
    ...(flaw !== undefined && { flaw }),
  };
}

/** A request that may be good. */
function draft(world: World, operation: Operation): Arbitrary<Draft> {
  const { document, key } = world;
  const { name, method, parameters, body, examples } = operation;
  const of = (where: string) => parameters.filter((one) => one.in === where);
  const bodies = body
    ? fc.oneof(
        ...examples.flatMap((one) => [fc.constant(one), mutated(one)]),
        fitting(body, document),
        fitting(body, document).chain(mutated),
        fc.constant({}),
      )
    : fc.constant(undefined);
  const query = fc.record(
    Object.fromEntries(
      of('query').map(({ name: one, schema }) => [one, fc.oneof(fitting(schema, document), oddText)]),
    ),
    { requiredKeys: [] },
  );
  const headers = fc.record(
    {
      ...Object.fromEntries(of('header').map(({ name: one }) => [one, headerValue])),
      traceparent: headerValue,
      'x-ms-client-request-id': headerValue,
      accept: headerValue,
    },
    { requiredKeys: [] },
  );
  return fc
    .tuple(pathOf(world, operation), query, headers, bodies)
    .map(([path, asked, more, sent]): Draft => {
      const pairs = Object.entries(asked).map(([one, value]) => `${encoded(one)}=${encoded(String(value))}`);
      const given = body ? { 'x-functions-key': key, ...json, ...more } : { 'x-functions-key': key, ...more };
      const request: Draft = { operation: name, method, path, headers: given };
      if (pairs.length > 0) request.query = pairs.join('&');
      if (sent !== undefined) request.body = Buffer.from(JSON.stringify(sent));
      return request;
    });
}

const headerValue = fc.constantFrom(
  '"0"',
  '"1"',
  '"999999999"',
  '*',
  'W/"1"',
  'a',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'a b',
  '{"a":1}',
  'x'.repeat(128),
);

function pathOf({ known }: World, { path, parameters }: Operation): Arbitrary<string> {
  const values = Object.fromEntries(
    parameters
      .filter((one) => one.in === 'path')
      .map(({ name }) => {
        const there = known[name] ?? [];
        // With odd names alone nobody would come further than their refusal.
        if (there.length === 0) throw new Error(`No ${name} is known to ask ${path} for.`);
        // An empty one is another path.
        const odd = fc
          .oneof(oddText, fc.constantFrom('nobodys', 'nobodys.1.0.0'))
          .filter((text) => text !== '');
        return [
          name,
          fc
            .oneof({ weight: 4, arbitrary: fc.constantFrom(...there) }, { weight: 1, arbitrary: odd })
            .map(encoded),
        ];
      }),
  );
  return fc
    .record(values)
    .map((chosen) => `/api${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => chosen[name] ?? '')}`);
}

type Spoil = (draft: Draft) => Arbitrary<Sent>;

/** Ways to make any request to the endpoint one that must be refused. */
function flawsOf({ isOpen, body, parameters }: Operation): readonly Spoil[] {
  const takesKey = parameters.some(({ name }) => name === 'Idempotency-Key');
  const takesNone = parameters.some(({ name }) => name === 'If-None-Match');
  const takesTag = parameters.some(({ name }) => name === 'If-Match');
  return [
    unknownParameter,
    ...(isOpen ? [] : [withoutKey]),
    ...(takesKey ? [badHeader('idempotency-key', ['a b', 'x'.repeat(129), '\u00e9'])] : []),
    ...(takesTag ? [badHeader('if-match', ['7', 'W/"7"', '"seven"', '"-1"', '"9999999999"'])] : []),
    ...(takesNone ? [badHeader('if-none-match', ['7', '"7"', 'W/"7"'])] : []),
    ...(body ? [noJson, noObject, unknownField, otherType, encodedBody, tooLarge, inChunks] : []),
  ];
}

/** `__proto__` is not among the names: the Functions library loses it before the app is asked. */
const unknownParameter: Spoil = (draft) =>
  fc
    .tuple(fc.constantFrom('zz', '$filter', 'api-version', 'Count ', 'toString', 'x[]'), oddText)
    .map(([name, value]) =>
      finished(
        { ...draft, query: [draft.query ?? [], `${encoded(name)}=${encoded(value)}`].flat().join('&') },
        'unknown parameter',
      ),
    );

const withoutKey: Spoil = (draft) =>
  fc.constantFrom(undefined, '', 'wrong', 'x'.repeat(4_000)).map((key) => {
    const { 'x-functions-key': _, ...headers } = draft.headers;
    return finished(
      { ...draft, headers: { ...headers, ...(key !== undefined && { 'x-functions-key': key }) } },
      'no key',
    );
  });

const badHeader =
  (name: string, values: readonly string[]): Spoil =>
  (draft) =>
    fc.constantFrom(...values).map((value) => {
      const others = Object.entries(draft.headers).filter(([one]) => one.toLowerCase() !== name);
      return finished({ ...draft, headers: { ...Object.fromEntries(others), [name]: value } }, `bad ${name}`);
    });

const noJson: Spoil = (draft) =>
  fc
    .oneof(
      fc.constantFrom('{', '{"a":}', "{'a':1}", 'null null', '{"a":1,}', '\u0000', '<a/>', 'a=1', '{"a":01}'),
      fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from([0xff, ...bytes])),
    )
    .map((body) => finished({ ...draft, body: Buffer.from(body as string) }, 'no JSON'));

const noObject: Spoil = (draft) =>
  fc
    .constantFrom('[]', '"a"', '1', 'null', 'true', '[{}]')
    .map((text) => finished({ ...draft, body: Buffer.from(text) }, 'no object'));

const unknownField: Spoil = (draft) =>
  fc.tuple(fc.constantFrom('zz', 'constructor', 'toString', ' by'), oddValue).map(([name, value]) => {
    const sent = JSON.parse(draft.body?.toString() || '{}') as unknown;
    const object = typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? sent : {};
    return finished(
      { ...draft, body: Buffer.from(JSON.stringify({ ...object, [name]: value })) },
      'unknown field',
    );
  });

const otherType: Spoil = (draft) =>
  fc
    .constantFrom(
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/json; charset=latin1',
      'x',
    )
    .map((type) =>
      finished(
        {
          ...draft,
          body: draft.body ?? Buffer.from('{}'),
          headers: { ...draft.headers, 'content-type': type },
        },
        'other type',
      ),
    );

const encodedBody: Spoil = (draft) =>
  fc.constantFrom('gzip', 'br', 'x').map((how) =>
    finished(
      {
        ...draft,
        body: draft.body ?? Buffer.from('{}'),
        headers: { ...draft.headers, 'content-encoding': how },
      },
      'encoded',
    ),
  );

/** Few of them: a megabyte each. */
const tooLarge: Spoil = (draft) =>
  fc
    .integer({ min: 0, max: 15 })
    .map((n) =>
      n === 0
        ? finished({ ...draft, body: Buffer.alloc(1_000_001, ' ') }, 'too large')
        : finished({ ...draft, body: Buffer.from('[0]') }, 'no object'),
    );

const inChunks: Spoil = (draft) =>
  fc.constant(finished({ ...draft, body: draft.body ?? Buffer.from('{}'), isChunked: true }, 'in chunks'));
