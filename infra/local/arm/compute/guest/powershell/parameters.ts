import type { Cursor } from './cursor.ts';
import { expression, typeName } from './expressions.ts';
import type { Parameter } from './syntax.ts';

/** `[CmdletBinding()]` and its like change nothing here. */
export function skipAttributes(cursor: Cursor): void {
  while (cursor.take(/\[\w+\s*\([^)]*\)\s*\]\s*/y) !== undefined) {
    // on to the next
  }
}

/** What stands in the parentheses of `param( … )`. */
export function parameters(cursor: Cursor): Parameter[] {
  const all: Parameter[] = [];
  cursor.skipLines();
  while (cursor.take(/\)/y) === undefined) {
    all.push(parameter(cursor));
    cursor.skipLines();
    if (cursor.take(/,/y) === undefined && !cursor.sees(/\)/y)) cursor.fail("Missing ')'");
    cursor.skipLines();
  }
  return all;
}

function parameter(cursor: Cursor): Parameter {
  let type: string | undefined;
  let mandatory = false;
  while (cursor.sees(/\[/y)) {
    const attribute = cursor.take(/\[\w+\s*\((?:[^()'"]|'[^']*'|"[^"]*"|\([^)]*\))*\)\s*\]/y);
    if (attribute === undefined) type = typeName(cursor);
    else mandatory ||= /^\[Parameter\b/i.test(attribute) && /Mandatory(?!\s*=\s*\$false)/i.test(attribute);
    cursor.skipLines();
  }
  const name = cursor.expect(/\$(\w+)/y, 'a parameter').toLowerCase();
  cursor.skip();
  const initial =
    cursor.take(/=/y) === undefined ? undefined : cursor.withCommas(false, () => expression(cursor));
  return { name, type, initial, mandatory };
}
