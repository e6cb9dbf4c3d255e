import type { Cursor } from './cursor.ts';
import { numberOf } from './expressions.ts';
import { bareWord } from './strings.ts';
import type { Expression, Stage, Word } from './syntax.ts';

const ENDS = /[\s;|)},]|$/y;

/** One stage of a pipeline: a value, or a command with its words. */
export function stage(cursor: Cursor): Stage {
  cursor.skip();
  const operator = cursor.take(/[&.](?=\s|["'$({])/y);
  if (operator !== undefined) {
    cursor.skip();
    const name = cursor.sees(/["'$({]/y) ? cursor.grammar.operand(cursor) : bareWord(cursor);
    return { kind: 'command', called: true, name, words: words(cursor) };
  }
  if (startsValue(cursor)) return redirectedValue(cursor, cursor.grammar.expression(cursor));
  return { kind: 'command', called: false, name: bareWord(cursor), words: words(cursor) };
}

/** `'text' > file`: a value that is sent somewhere is one that is written out. */
function redirectedValue(cursor: Cursor, value: Expression): Stage {
  cursor.skip();
  if (!cursor.sees(/[\d*]?>/y)) return { kind: 'value', value };
  const name: Expression = { kind: 'literal', value: 'write-output' };
  return { kind: 'command', called: false, name, words: [{ kind: 'argument', value }, ...words(cursor)] };
}

function startsValue(cursor: Cursor): boolean {
  // A program may begin with a digit; a number ends where the digits end.
  return cursor.sees(
    /[$@"'([{!,]|\d[\d.]*(?:[kmgt]b)?(?=[\s;|)},+*/%-]|$)|\+\+|--(?=\$)|[+-](?=[\d$(])|-(?:not|bnot|join|split)\b/iy,
  );
}

function words(cursor: Cursor): Word[] {
  const all: Word[] = [];
  for (;;) {
    cursor.skip();
    if (cursor.isAtEnd || cursor.sees(/[\n;|)}]/y)) return all;
    all.push(redirection(cursor) ?? parameter(cursor) ?? { kind: 'argument', value: argument(cursor) });
  }
}

function redirection(cursor: Cursor): Word | undefined {
  const merged = cursor.take(/[\d*]>&\d/y);
  if (merged !== undefined)
    return { kind: 'redirection', from: merged[0] ?? '', to: undefined, append: false };
  const from = cursor.take(/[\d*]?>>?/y);
  if (from === undefined) return undefined;
  cursor.skip();
  const stream = /\d|\*/.exec(from)?.[0] ?? '1';
  return { kind: 'redirection', from: stream, to: argument(cursor), append: from.endsWith('>>') };
}

function parameter(cursor: Cursor): Word | undefined {
  const name = cursor.take(/-[A-Za-z_?][\w-]*:?(?=[\s;|)},]|$)|-[A-Za-z_]\w*:/y);
  if (name === undefined) return undefined;
  if (!name.endsWith(':')) return { kind: 'parameter', name: name.slice(1), value: undefined };
  cursor.skip();
  return { kind: 'parameter', name: name.slice(1, -1), value: argument(cursor) };
}

function argument(cursor: Cursor): Expression {
  const items = [word(cursor)];
  for (;;) {
    const start = cursor.at;
    cursor.skip();
    if (cursor.take(/,/y) === undefined) {
      cursor.at = start;
      break;
    }
    cursor.skipLines();
    items.push(word(cursor));
  }
  const [only] = items;
  return items.length === 1 && only ? only : { kind: 'list', items };
}

function word(cursor: Cursor): Expression {
  const start = cursor.at;
  const number = cursor.take(/-?(?:0x[\da-f]+|\d+(?:\.\d+)?(?:[kmgt]b)?)(?=[\s;|)},]|$)/iy);
  if (number !== undefined) return { kind: 'literal', value: numberOf(number) };
  if (cursor.sees(/[$@"'({]/y)) {
    const value = cursor.withCommas(true, () => cursor.grammar.operand(cursor));
    if (cursor.sees(ENDS)) return value;
    // Something goes on without a space: `$env:TEMP\app.msi` is one word.
    cursor.at = start;
  }
  return bareWord(cursor);
}
