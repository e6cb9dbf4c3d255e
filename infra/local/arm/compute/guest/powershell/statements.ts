import type { Cursor } from './cursor.ts';
import { typeName } from './expressions.ts';
import { parameters, skipAttributes } from './parameters.ts';
import type { Block, Expression, Stage, Statement } from './syntax.ts';

/** All statements up to what ends them, or to the end of the text. */
export function statements(cursor: Cursor, end: RegExp | undefined): Statement[] {
  return cursor.withCommas(true, () => {
    const all: Statement[] = [];
    for (;;) {
      gap(cursor);
      if (end && cursor.take(end) !== undefined) return all;
      if (cursor.isAtEnd) return end ? cursor.fail(`Missing closing '${end.source.slice(-1)}'`) : all;
      all.push(statement(cursor));
      cursor.skip();
      if (!cursor.isAtEnd && !cursor.sees(/[\n;)}]/y) && !endsItself(all.at(-1)))
        cursor.fail('Unexpected token');
    }
  });
}

function gap(cursor: Cursor): void {
  do cursor.skipLines();
  while (cursor.take(/;/y) !== undefined);
}

/** Another statement may follow a closing brace on the same line. */
function endsItself(statement: Statement | undefined): boolean {
  return !['pipeline', 'assign', 'leave', undefined].includes(statement?.kind);
}

const KEYWORDS: Readonly<Record<string, (cursor: Cursor) => Statement>> = {
  if: ifStatement,
  while: (cursor) => ({ kind: 'while', condition: inParentheses(cursor), body: braces(cursor) }),
  do: doStatement,
  for: forStatement,
  foreach: foreachStatement,
  switch: switchStatement,
  try: tryStatement,
  function: functionStatement,
  filter: functionStatement,
  exit: (cursor) => leave(cursor, 'exit'),
  throw: (cursor) => leave(cursor, 'throw'),
  return: (cursor) => leave(cursor, 'return'),
  break: (cursor) => leave(cursor, 'break'),
  continue: (cursor) => leave(cursor, 'continue'),
};

function statement(cursor: Cursor): Statement {
  const start = cursor.at;
  const word = cursor.take(/[A-Za-z]+(?=[\s;({}]|$)/y)?.toLowerCase();
  const read = word === undefined ? undefined : KEYWORDS[word];
  if (read) return read(cursor);
  cursor.at = start;
  return pipeline(cursor);
}

/** A value, commands with `|` between them, or an assignment of what they yield. */
export function pipeline(cursor: Cursor): Statement {
  const stages: Stage[] = [cursor.grammar.command(cursor)];
  const [first] = stages;
  cursor.skip();
  const operator = first?.kind === 'value' ? cursor.take(/[+*/%-]?=(?!=)/y) : undefined;
  if (operator !== undefined && first?.kind === 'value') {
    cursor.skipLines();
    return { kind: 'assign', target: first.value, operator, value: statement(cursor) };
  }
  while (cursor.take(/\|(?!\|)/y) !== undefined) {
    cursor.skipLines();
    stages.push(cursor.grammar.command(cursor));
    cursor.skip();
  }
  return { kind: 'pipeline', stages };
}

function braces(cursor: Cursor): Statement[] {
  cursor.skipLines();
  cursor.expect(/\{/y, "'{'");
  return statements(cursor, /\}/y);
}

function inParentheses(cursor: Cursor): Statement {
  cursor.skipLines();
  cursor.expect(/\(/y, "'('");
  cursor.skipLines();
  const inner = cursor.withCommas(true, () => pipeline(cursor));
  cursor.skipLines();
  cursor.expect(/\)/y, "')'");
  return inner;
}

/** A word that continues the statement, even on a later line. */
function follows(cursor: Cursor, word: RegExp): boolean {
  const start = cursor.at;
  cursor.skipLines();
  if (cursor.take(word) !== undefined) return true;
  cursor.at = start;
  return false;
}

function leave(cursor: Cursor, how: 'exit' | 'throw' | 'return' | 'break' | 'continue'): Statement {
  cursor.skip();
  const isAlone = cursor.isAtEnd || cursor.sees(/[\n;)}]/y);
  return { kind: 'leave', how, value: isAlone ? undefined : pipeline(cursor) };
}

function ifStatement(cursor: Cursor): Statement {
  const branches: { condition: Statement | undefined; body: Statement[] }[] = [
    { condition: inParentheses(cursor), body: braces(cursor) },
  ];
  while (follows(cursor, /elseif\b/iy))
    branches.push({ condition: inParentheses(cursor), body: braces(cursor) });
  if (follows(cursor, /else\b/iy)) branches.push({ condition: undefined, body: braces(cursor) });
  return { kind: 'if', branches };
}

function doStatement(cursor: Cursor): Statement {
  const body = braces(cursor);
  cursor.skipLines();
  const word = cursor.expect(/(?:while|until)\b/iy, "'while' or 'until'");
  return { kind: 'do', body, until: word.toLowerCase() === 'until', condition: inParentheses(cursor) };
}

function forStatement(cursor: Cursor): Statement {
  cursor.skipLines();
  cursor.expect(/\(/y, "'('");
  const part = (end: RegExp): Statement | undefined => {
    cursor.skipLines();
    const found = cursor.sees(end) ? undefined : pipeline(cursor);
    cursor.skipLines();
    cursor.expect(end, "';'");
    return found;
  };
  const [first, condition, next] = [part(/;/y), part(/;/y), part(/\)/y)];
  return { kind: 'for', first, condition, next, body: braces(cursor) };
}

function foreachStatement(cursor: Cursor): Statement {
  cursor.skipLines();
  cursor.expect(/\(/y, "'('");
  cursor.skipLines();
  const name = cursor.expect(/\$(\w+)/y, 'a variable').toLowerCase();
  cursor.skipLines();
  cursor.expect(/in\b/iy, "'in'");
  cursor.skipLines();
  const over = pipeline(cursor);
  cursor.skipLines();
  cursor.expect(/\)/y, "')'");
  return { kind: 'foreach', name, over, body: braces(cursor) };
}

function switchStatement(cursor: Cursor): Statement {
  cursor.skip();
  const mode = (cursor.take(/-(regex|wildcard|exact)\b/iy) ?? 'exact').toLowerCase();
  const on = inParentheses(cursor);
  cursor.skipLines();
  cursor.expect(/\{/y, "'{'");
  const cases: { match: Expression | undefined; body: Statement[] }[] = [];
  gap(cursor);
  while (cursor.take(/\}/y) === undefined) {
    const isDefault = cursor.take(/default\b/iy) !== undefined;
    const bare = isDefault ? undefined : cursor.take(/[A-Za-z][\w.-]*(?=\s*\{)/y);
    const match = bare === undefined ? undefined : ({ kind: 'literal', value: bare } as const);
    cases.push({
      match: isDefault ? undefined : (match ?? cursor.grammar.operand(cursor)),
      body: braces(cursor),
    });
    gap(cursor);
  }
  return { kind: 'switch', on, mode, cases };
}

function tryStatement(cursor: Cursor): Statement {
  const body = braces(cursor);
  let caught: Statement[] | undefined;
  while (follows(cursor, /catch\b/iy)) {
    cursor.skip();
    while (cursor.sees(/\[/y)) {
      typeName(cursor);
      cursor.take(/\s*,?\s*/y);
    }
    // The first handler takes all: kinds of exceptions are not told apart here.
    const handler = braces(cursor);
    caught ??= handler;
  }
  const lastly = follows(cursor, /finally\b/iy) ? braces(cursor) : undefined;
  return { kind: 'try', body, caught, lastly };
}

function functionStatement(cursor: Cursor): Statement {
  cursor.skip();
  const name = cursor.expect(/(?:global:|script:)?([\w-]+)/y, 'a name').toLowerCase();
  cursor.skipLines();
  const inline = cursor.take(/\(/y) === undefined ? [] : parameters(cursor);
  cursor.skipLines();
  const read = block(cursor);
  return {
    kind: 'function',
    name,
    block: { ...read, parameters: [...inline, ...read.parameters] },
  };
}

/** `{ param(…) … }`. */
export function block(cursor: Cursor): Block {
  cursor.expect(/\{/y, "'{'");
  return blockBody(cursor, /\}/y);
}

interface Phases {
  begin?: Statement[];
  process?: Statement[];
  end?: Statement[];
}

function phases(cursor: Cursor): Phases {
  const found: Phases = {};
  for (;;) {
    gap(cursor);
    const name = cursor.take(/(begin|process|end)(?=\s*\{)/iy)?.toLowerCase() as keyof Phases | undefined;
    if (name === undefined) return found;
    found[name] = braces(cursor);
  }
}

/** A body with the parameters it begins with; a whole script is one too. */
export function blockBody(cursor: Cursor, end: RegExp | undefined): Block {
  gap(cursor);
  skipAttributes(cursor);
  const named = cursor.take(/param\s*\(/iy) === undefined ? [] : parameters(cursor);
  gap(cursor);
  const first = cursor.sees(/(?:begin|process|end)\s*\{/iy) ? phases(cursor) : {};
  const { begin, ...rest } = first;
  return { parameters: named, body: [...(begin ?? []), ...statements(cursor, end)], ...rest };
}
