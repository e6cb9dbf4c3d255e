import { constraint } from './route-constraints.ts';
import { StartError } from './start-error.ts';

/** The route parameters of a path that fits (those without a value left out), or undefined. */
export type RouteMatch = (path: string) => Record<string, string> | undefined;

interface Parameter {
  readonly name: string;
  readonly catchAll: boolean;
  readonly optional: boolean;
  readonly fallback: string | undefined;
  readonly constraints: ((value: string) => boolean)[];
}

interface Segment {
  readonly pattern: RegExp;
  readonly parameters: Parameter[];
  /** The parameter that is the whole segment, if one is. */
  readonly lone: Parameter | undefined;
  readonly mayBeAbsent: boolean;
}

/**
 * An ASP.NET Core route template: literals (case is ignored), `{p}`, `{p?}`, `{p=default}`, `{*p}`, `{**p}`
 * and inline constraints. A template that ASP.NET refuses stops the start.
 */
export function routeTemplate(template: string): RouteMatch {
  const refuse = (why: string) => new StartError(`The route template '${template}' is invalid: ${why}.`);
  if (/^[/~]|\/$/.test(template)) throw refuse(`it must not begin with '/' or '~' or end with '/'`);
  if (template.includes('%')) throw refuse(`settings are not put into routes`);
  const segments = template === '' ? [] : split(template, '/').map((text) => segment(text, template, refuse));
  check(segments, refuse);
  return (path) => match(segments, path);
}

function match(segments: Segment[], path: string): Record<string, string> | undefined {
  const given = cut(path, segments);
  if (given.length > segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, { pattern, parameters, mayBeAbsent }] of segments.entries()) {
    const text = given[index] ?? '';
    if (text === '' && mayBeAbsent) continue;
    const found = pattern.exec(text);
    if (!found) return undefined;
    for (const [at, { name }] of parameters.entries()) values[name] = decoded(found[at + 1] ?? '');
  }
  const all = segments.flatMap(({ parameters }) => parameters);
  return complete(all, values);
}

/** The path in pieces, one for each segment; a catch-all takes all that is left. */
function cut(path: string, segments: Segment[]): string[] {
  const given = path.split('/').slice(1);
  if (given.at(-1) === '') given.pop(); // one trailing slash does not matter to ASP.NET
  if (!segments.at(-1)?.lone?.catchAll) return given;
  const last = segments.length - 1;
  return [...given.slice(0, last), given.slice(last).join('/')];
}

// Defaults count as values, and values must pass their constraints; an absent optional need not.
function complete(
  parameters: Parameter[],
  values: Record<string, string>,
): Record<string, string> | undefined {
  for (const { name, fallback, constraints } of parameters) {
    const value = values[name] ?? fallback;
    if (value === undefined) continue;
    if (!constraints.every((test) => test(value))) return undefined;
    values[name] = value;
  }
  return values;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(2f)/gi, '%25$1')); // Kestrel leaves an encoded slash encoded
  } catch {
    return text; // Kestrel leaves what is not valid UTF-8 as it came
  }
}

function segment(text: string, template: string, refuse: (why: string) => StartError): Segment {
  if (text === '') throw refuse(`'/' must not follow '/'`);
  const parts = pieces(text, refuse).map((piece) =>
    /^\{(?!\{)/.test(piece) ? parameter(piece.slice(1, -1), template, refuse) : unbraced(piece),
  );
  const parameters = parts.filter((part) => typeof part === 'object');
  const [lone] = parts.length === 1 ? parameters : [];
  if (parts.some((part, at) => typeof part === 'object' && typeof parts[at + 1] === 'object')) {
    throw refuse('two parameters need a literal between them');
  }
  if (!lone && parameters.some(({ catchAll, optional }) => catchAll || optional)) {
    throw refuse('optional and catch-all parameters must stand alone between slashes here');
  }
  const source = parts.map((part) =>
    typeof part === 'string' ? literal(part) : lone?.catchAll ? '(.*)' : '([^/]+)',
  );
  return {
    parameters,
    lone,
    mayBeAbsent: lone !== undefined && (lone.optional || lone.catchAll || lone.fallback !== undefined),
    pattern: new RegExp(`^${source.join('')}$`, 'is'),
  };
}

// Braces that mean themselves are written twice.
function unbraced(text: string): string {
  return text.replaceAll('{{', '{').replaceAll('}}', '}');
}

// The path comes percent-encoded, so a literal is looked for in both forms.
function literal(text: string): string {
  const escaped = [text, encodeURIComponent(text)].map((each) =>
    each.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  );
  return `(?:${escaped.join('|')})`;
}

function parameter(text: string, template: string, refuse: (why: string) => StartError): Parameter {
  const [, stars, name, rest = ''] = /^(\*{0,2})([^:=?*/{}]+)(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw refuse(`'{${text}}' has no usable name`);
  const catchAll = stars !== '';
  const optional = rest.endsWith('?');
  const [constraints = '', ...fallback] = split(optional ? rest.slice(0, -1) : rest, '=');
  if (optional && (catchAll || fallback.length > 0)) throw refuse(`'{${text}}' cannot be optional too`);
  return {
    name,
    optional,
    catchAll,
    fallback: fallback.length > 0 ? fallback.join('=') : undefined,
    constraints: split(constraints, ':')
      .slice(1)
      .map((each) => constraint(unbraced(each), template)),
  };
}

function check(segments: Segment[], refuse: (why: string) => StartError): void {
  const parameters = segments.flatMap((each) => each.parameters);
  const names = parameters.map(({ name }) => name.toLowerCase());
  if (new Set(names).size < names.length) throw refuse('a parameter name appears twice');
  if (segments.slice(0, -1).some((each) => each.parameters.some(({ catchAll }) => catchAll))) {
    throw refuse('a catch-all parameter must be the last segment');
  }
}

/** Splits at a character, except within brackets of either kind (where constraints keep theirs). */
function split(text: string, at: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of text) {
    if ('{('.includes(character)) depth += 1;
    if ('})'.includes(character)) depth -= 1;
    if (character === at && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found;
}

/** `a{b:regex(x{{2}})}c` → `a`, `{b:regex(x{{2}})}`, `c`. Doubled braces are literal ones. */
function pieces(text: string, refuse: (why: string) => StartError): string[] {
  const found = text.match(/(?:\{\{|\}\}|[^{}])+|\{(?:\{\{|\}\}|[^{}])*\}/g) ?? [];
  if (found.join('') !== text) throw refuse('its braces do not pair up');
  return found;
}
