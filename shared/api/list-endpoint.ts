import type { HttpFunctionOptions } from '@azure/functions';
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { runningApp } from '../running-app.ts';
import type { AskedByTime, Page } from '../workflow/page.ts';
import { type Asked, endpoint } from './endpoint.ts';
import { HistoryAnswer } from './lists.ts';
import type { Role } from './roles.ts';

type Shape = Readonly<Record<string, z.ZodType>>;
type None = Readonly<Record<string, never>>;

interface Wanted<Path extends Shape, Filters extends Shape, Thing> {
  readonly name: string;
  readonly route: string;
  /** A reader, unless said. */
  readonly role?: Role;
  readonly about: string;
  readonly path?: Path;
  /** What a list may be narrowed by. */
  readonly filters?: Filters;
  /** Newest first; or oldest first, if asked. */
  readonly isByTime?: true;
  readonly answer: { readonly about: string; readonly body: z.ZodType };
  readonly refuses?: readonly ErrorCode[];
  readonly page: (
    part: AskedByTime & { readonly most: number },
    asked: Pick<Asked<Path, Filters, z.ZodUndefined>, 'path' | 'query'>,
  ) => Promise<Page<Thing> & Beside>;
  /** As the API shows one of them. */
  readonly show: (thing: Thing) => unknown;
}

/** What a page says of itself, beside `value`. */
interface Beside {
  readonly beside?: Readonly<Record<string, unknown>>;
}

const paging = {
  maxpagesize: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('A page may be shorter, even empty, and another follow: as long as there is a nextLink.'),
  cursor: z
    .string()
    .regex(/^[\w-]{1,800}$/, 'A cursor as nextLink has it.')
    .optional()
    .describe('Of nextLink.'),
};
const orderby = z.enum(['createdAt desc', 'createdAt asc']).default('createdAt desc');

/** Declares a list that a client reads page by page; the answer is what `app.http` takes. */
export function list<Thing, Path extends Shape = None, Filters extends Shape = None>(
  wanted: Wanted<Path, Filters, Thing>,
): [name: string, options: HttpFunctionOptions] {
  const {
    name,
    route,
    role = 'reader',
    about,
    path,
    filters,
    isByTime,
    answer,
    refuses = [],
    page,
    show,
  } = wanted;
  const query = { ...filters, ...(isByTime && { orderby }), ...paging } as Filters & typeof paging;
  return endpoint<Path, Filters & typeof paging>({
    name,
    method: 'GET',
    route,
    role,
    about,
    ...(path && { path }),
    query,
    answers: { 200: answer },
    refuses,
    async handle({ path: at, query: asked, request }) {
      const { cursors, address } = runningApp();
      const { orderby: order, maxpagesize: most, cursor } = asked as Paged;
      const narrowed = only(asked, Object.keys(filters ?? {})) as Asked<
        Path,
        Filters,
        z.ZodUndefined
      >['query'];
      const place = filled(route, at);
      // Whoever goes on with other filters would miss something, or see it twice.
      const which = JSON.stringify([place, order, Object.entries(narrowed)]);
      const after = cursor === undefined ? undefined : await cursors.open(which, cursor);
      const part = {
        after,
        most,
        order: order === 'createdAt asc' ? 'oldest-first' : 'newest-first',
      } as const;
      const found = await page(part, { path: at, query: narrowed });
      const body = { value: found.value.map(show), ...found.beside };
      if (found.next === undefined) return { jsonBody: body };
      const said = [...request.query].filter(([one]) => one !== 'cursor' && Object.hasOwn(query, one));
      const link = new URLSearchParams([...said, ['cursor', await cursors.seal(which, found.next)]]);
      return { jsonBody: { ...body, nextLink: address(`${place}?${link.toString()}`) } };
    },
  });
}

interface Paged {
  readonly orderby?: z.output<typeof orderby>;
  readonly maxpagesize: number;
  readonly cursor?: string | undefined;
}

function only(given: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}

function filled(route: string, path: object): string {
  const values = path as Readonly<Record<string, string>>;
  return route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

interface Line {
  readonly at: string;
  readonly event: object;
}

/** Declares the history of something: what happened when, oldest first. */
export function history<Path extends Shape>({
  lines,
  ...wanted
}: Pick<Wanted<Path, None, Line>, 'name' | 'route' | 'about' | 'refuses'> & {
  readonly path: Path;
  readonly lines: (part: AskedByTime, path: Asked<Path, None, z.ZodUndefined>['path']) => Promise<Page<Line>>;
}): [name: string, options: HttpFunctionOptions] {
  return list<Line, Path>({
    ...wanted,
    answer: { about: 'The history.', body: HistoryAnswer },
    page: async (part, { path }) => await lines(part, path),
    // The number of the look is the engine's affair.
    show: ({ at, event }) => ({ ...event, at, look: undefined }),
  });
}
