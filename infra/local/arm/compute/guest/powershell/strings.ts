import type { Cursor } from './cursor.ts';
import type { Expression } from './syntax.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\u{7}',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** `'…'`, `"…"` and both kinds of here-string. */
export function quoted(cursor: Cursor): Expression {
  const here = cursor.take(/@'[^\S\n]*\r?\n([^]*?)\r?\n'@/y);
  if (here !== undefined) return { kind: 'literal', value: here };
  if (cursor.take(/@"[^\S\n]*\r?\n/y) !== undefined) return expandable(cursor, /\r?\n"@/y, /[^`$\r\n]+/y);
  const plain = cursor.take(/'(?:[^']|'')*'/y);
  if (plain !== undefined) return { kind: 'literal', value: plain.slice(1, -1).replaceAll("''", "'") };
  cursor.expect(/"/y, 'a string');
  return expandable(cursor, /"(?!")/y, /[^`$"]+/y);
}

/** A word without quotes, as commands take them; variables in it are filled in. */
export function bareWord(cursor: Cursor): Expression {
  const parts: (string | Expression)[] = [];
  while (!cursor.isAtEnd && !cursor.sees(/[\s;|(){},&<>]/y)) {
    if (cursor.sees(/["']/y)) parts.push(quoted(cursor));
    else parts.push(piece(cursor, /[^`$\s;|(){},&<>"']+/y));
  }
  if (parts.length === 0) return cursor.fail('Unexpected token');
  return simple(parts);
}

function expandable(cursor: Cursor, end: RegExp, plain: RegExp): Expression {
  const parts: (string | Expression)[] = [];
  while (cursor.take(end) === undefined) {
    if (cursor.isAtEnd) return cursor.fail('The string is missing the terminator');
    if (cursor.take(/""/y) !== undefined) parts.push('"');
    else parts.push(piece(cursor, plain));
  }
  return simple(parts);
}

/** An escape, a variable, a subexpression or some text. */
function piece(cursor: Cursor, plain: RegExp): string | Expression {
  const escaped = cursor.take(/`([^])/y);
  if (escaped !== undefined) return ESCAPES[escaped] ?? escaped;
  if (cursor.sees(/\$\(/y)) return cursor.grammar.primary(cursor);
  const name = cursor.take(/\$\{([^}]+)\}/y) ?? cursor.take(/\$((?:\w+:)?\w+|[_?^$])/y);
  if (name !== undefined) return variable(name);
  return cursor.take(plain) ?? cursor.take(/[^]/y) ?? '';
}

/** Scopes say where a variable is looked for; here all that a script sees is one. */
export function variable(name: string): Expression {
  return {
    kind: 'variable',
    name: name.toLowerCase().replace(/^(?:global|script|local|using|private):/, ''),
  };
}

function simple(parts: readonly (string | Expression)[]): Expression {
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join('') };
  return { kind: 'string', parts };
}
