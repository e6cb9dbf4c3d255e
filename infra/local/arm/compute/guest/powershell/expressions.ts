import type { Cursor } from './cursor.ts';
import { quoted, variable } from './strings.ts';
import type { Expression } from './syntax.ts';

/** From the loosest to the tightest, as "about_Operator_Precedence" lists them. */
const LEVELS: readonly RegExp[] = [
  /-(?:and|or|xor)\b/iy,
  /-(?:band|bor|bxor|shl|shr)\b/iy,
  /-(?:[ci]?(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split|join)|isnot|is|as)\b/iy,
  /\+(?!\+)|-(?![-A-Za-z])/y,
  /[*/%](?!=)/y,
  /-f\b/iy,
  /\.\.(?!\.)/y,
];

export function expression(cursor: Cursor, level = 0): Expression {
  const operators = LEVELS[level];
  if (!operators) return list(cursor);
  let left = expression(cursor, level + 1);
  for (;;) {
    const start = cursor.at;
    cursor.skip();
    const operator = cursor.take(operators);
    if (operator === undefined || cursor.sees(/=/y)) {
      cursor.at = start;
      return left;
    }
    cursor.skipLines();
    const right = expression(cursor, level + 1);
    left = { kind: 'binary', operator: operator.toLowerCase(), left, right };
  }
}

/** Values with commas between them are one array. */
function list(cursor: Cursor): Expression {
  cursor.skip();
  if (cursor.take(/,/y) !== undefined) return { kind: 'list', items: [unary(cursor)] };
  const items = [unary(cursor)];
  for (;;) {
    const start = cursor.at;
    cursor.skip();
    if (!cursor.commasJoin || cursor.take(/,/y) === undefined) {
      cursor.at = start;
      break;
    }
    cursor.skipLines();
    items.push(unary(cursor));
  }
  const [only] = items;
  return items.length === 1 && only ? only : { kind: 'list', items };
}

function unary(cursor: Cursor): Expression {
  cursor.skip();
  const negation = cursor.take(/-not\b|-bnot\b|!|-join\b|-split\b/iy);
  if (negation !== undefined) {
    cursor.skipLines();
    return { kind: 'unary', operator: negation === '!' ? '-not' : negation.toLowerCase(), of: unary(cursor) };
  }
  const step = cursor.take(/\+\+|--/y);
  if (step !== undefined) return { kind: 'step', by: step === '++' ? 1 : -1, of: unary(cursor) };
  const sign = cursor.take(/[+-](?=[\s\d($.])/y);
  if (sign !== undefined) return { kind: 'unary', operator: sign, of: unary(cursor) };
  if (!cursor.sees(/\[[A-Za-z_]/y)) return cursor.grammar.operand(cursor);
  const start = cursor.at;
  const type = typeName(cursor);
  if (cursor.sees(/::/y)) {
    cursor.at = start;
    return cursor.grammar.operand(cursor);
  }
  cursor.skip();
  return cursor.sees(/[$@'"([\d!{]|-(?=[\d$(]|not\b)/iy)
    ? { kind: 'cast', type, of: unary(cursor) }
    : { kind: 'type', name: type };
}

/** `[Name]`, brackets in it included. */
export function typeName(cursor: Cursor): string {
  const name = cursor.take(/\[([A-Za-z_][\w.]*(?:\[[\w.,\s[\]]*\])?)\]/y);
  return name === undefined ? cursor.fail('Missing type name') : name.toLowerCase().replace(/^system\./, '');
}

/** A value and all that hangs on it: members, method calls, indices. */
export function operand(cursor: Cursor): Expression {
  let value = primary(cursor);
  for (;;) {
    // A range (`1..5`) is no member.
    if (cursor.take(/\?\.(?=\w)|\.(?=[\w$('"])|::/y) !== undefined) {
      const name = memberName(cursor);
      if (cursor.sees(/\(/y)) value = { kind: 'method', of: value, name, given: given(cursor) };
      else value = { kind: 'member', of: value, name };
    } else if (cursor.take(/\[/y) !== undefined) {
      cursor.skipLines();
      const at = cursor.withCommas(true, () => cursor.grammar.expression(cursor));
      cursor.skipLines();
      cursor.expect(/\]/y, "']'");
      value = { kind: 'index', of: value, at };
    } else {
      const step = cursor.take(/\+\+|--/y);
      return step === undefined ? value : { kind: 'step', by: step === '++' ? 1 : -1, of: value };
    }
  }
}

function memberName(cursor: Cursor): Expression {
  const name = cursor.take(/\w+/y);
  return name === undefined ? primary(cursor) : { kind: 'literal', value: name };
}

function given(cursor: Cursor): Expression[] {
  cursor.expect(/\(/y, "'('");
  const values: Expression[] = [];
  cursor.skipLines();
  while (cursor.take(/\)/y) === undefined) {
    // Commas part the arguments here, they make no list.
    values.push(cursor.withCommas(false, () => cursor.grammar.expression(cursor)));
    cursor.skipLines();
    if (cursor.take(/,/y) === undefined && !cursor.sees(/\)/y)) cursor.fail("Missing ')'");
    cursor.skipLines();
  }
  return values;
}

export function primary(cursor: Cursor): Expression {
  if (cursor.sees(/['"]|@['"]/y)) return quoted(cursor);
  if (cursor.sees(/[$@]?\(/y)) return group(cursor);
  if (cursor.take(/@\{/y) !== undefined) return hash(cursor);
  if (cursor.sees(/\{/y)) return { kind: 'block', block: cursor.grammar.block(cursor) };
  if (cursor.sees(/\[/y)) return { kind: 'type', name: typeName(cursor) };
  const name = cursor.take(/\$\{([^}]+)\}/y) ?? cursor.take(/\$((?:\w+:)?\w+|[_?^$])/y);
  if (name !== undefined) return variable(name);
  const splat = cursor.take(/@(\w+)/y);
  if (splat !== undefined) return { kind: 'splat', name: splat.toLowerCase() };
  const digits = cursor.take(/0x[\da-f]+|\d+(?:\.(?!\.)\d+)?(?:[kmgt]b|[dl])?(?![\w])/iy);
  if (digits !== undefined) return { kind: 'literal', value: numberOf(digits) };
  return cursor.fail('Unexpected token');
}

function group(cursor: Cursor): Expression {
  const opened = cursor.take(/[$@]?\(/y);
  const body = cursor.grammar.statements(cursor, /\)/y);
  return { kind: 'group', body, asArray: opened === '@(' };
}

function hash(cursor: Cursor): Expression {
  return cursor.withCommas(true, () => hashEntries(cursor));
}

function hashEntries(cursor: Cursor): Expression {
  const entries: (readonly [Expression, ReturnType<Cursor['grammar']['pipeline']>])[] = [];
  const gap = () => {
    do cursor.skipLines();
    while (cursor.take(/;/y) !== undefined);
  };
  gap();
  while (cursor.take(/\}/y) === undefined) {
    const name = cursor.take(/[A-Za-z_][\w-]*/y);
    const key: Expression = name === undefined ? operand(cursor) : { kind: 'literal', value: name };
    cursor.skip();
    cursor.expect(/=/y, "'='");
    cursor.skipLines();
    entries.push([key, cursor.grammar.pipeline(cursor)]);
    gap();
    if (cursor.isAtEnd) cursor.fail("Missing '}'");
  }
  return { kind: 'hash', entries };
}

const UNITS: Readonly<Record<string, number>> = {
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** PowerShell's numbers: hexadecimal ones, and sizes such as `1GB`. */
export function numberOf(text: string): number {
  const [, digits = text, unit = ''] = /^(.*?)([kmgt]b|[dl])?$/i.exec(text) ?? [];
  if (/^0x/i.test(text)) return Number(text);
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
