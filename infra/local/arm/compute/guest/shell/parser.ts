import { Reader, word } from './reader.ts';
import type { AndOr, Command, List, Pipeline, Redirection, Word } from './syntax.ts';

/** Reads a script of the POSIX shell; throws a SyntaxProblem where sh would stop. */
export function parseShell(text: string): List {
  const reader = new Reader(text.replaceAll('\r\n', '\n'), list);
  const read = list(reader, /$(?![^])/y);
  return reader.isAtEnd ? read : reader.fail();
}

function list(reader: Reader, ends: RegExp): List {
  const all: AndOr[] = [];
  for (;;) {
    reader.skipLines();
    if (reader.isAtEnd || reader.sees(ends)) return all;
    all.push(andOr(reader));
    reader.skip();
    // What runs in the background is waited for here: nothing can be seen of the difference.
    reader.take(/&(?!&)/y);
  }
}

function andOr(reader: Reader): AndOr {
  const first = pipeline(reader);
  const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
  for (;;) {
    reader.skip();
    const operator = reader.take(/&&|\|\|/y);
    if (operator === undefined) return { first, rest };
    reader.skipLines();
    rest.push({ operator: operator as '&&' | '||', pipeline: pipeline(reader) });
  }
}

function pipeline(reader: Reader): Pipeline {
  reader.skip();
  const negated = reader.take(/!(?=\s)/y) !== undefined;
  const commands = [command(reader)];
  for (;;) {
    reader.skip();
    if (reader.take(/\|(?!\|)/y) === undefined) return { negated, commands };
    reader.skipLines();
    commands.push(command(reader));
  }
}

function command(reader: Reader): Command {
  reader.skip();
  const keyword = reader.take(/(?:if|while|until|for|case)(?=\s)/y);
  if (keyword !== undefined) return compound(reader, keyword);
  if (reader.take(/\{(?=\s)/y) !== undefined) return group(reader, /\}/y, false);
  if (reader.take(/\(/y) !== undefined) return group(reader, /\)/y, true);
  const name = reader.take(/([A-Za-z_]\w*)[ \t]*\([ \t]*\)\s*\{/y);
  if (name !== undefined) {
    const body = list(reader, /\}/y);
    reader.expect(/\}/y);
    return { kind: 'function', name, body };
  }
  return simple(reader);
}

function compound(reader: Reader, keyword: string): Command {
  if (keyword === 'if') return ifCommand(reader);
  if (keyword === 'for') return forCommand(reader);
  if (keyword === 'case') return caseCommand(reader);
  const condition = list(reader, /do(?=\s)/y);
  return { kind: 'loop', until: keyword === 'until', condition, body: doBody(reader) };
}

function doBody(reader: Reader): List {
  reader.skipLines();
  reader.expect(/do(?=\s)/y);
  const body = list(reader, /done(?!\w)/y);
  reader.expect(/done/y);
  return body;
}

function ifCommand(reader: Reader): Command {
  const branches: { condition: List | undefined; body: List }[] = [];
  const ends = /(?:elif|else|fi)(?!\w)/y;
  for (;;) {
    const condition = list(reader, /then(?=\s)/y);
    reader.expect(/then/y);
    branches.push({ condition, body: list(reader, ends) });
    const next = reader.take(ends);
    if (next === 'elif') continue;
    if (next === 'else') {
      branches.push({ condition: undefined, body: list(reader, /fi(?!\w)/y) });
      reader.expect(/fi/y);
    }
    return next === undefined ? reader.fail() : { kind: 'if', branches };
  }
}

function forCommand(reader: Reader): Command {
  reader.skip();
  const name = reader.take(/\w+/y) ?? reader.fail();
  reader.skip();
  const words: Word[] = [];
  if (reader.take(/in(?=\s)/y) !== undefined) {
    for (;;) {
      reader.skip();
      const next = reader.sees(/[\n;]/y) ? undefined : word(reader);
      if (!next) break;
      words.push(next);
    }
  }
  return { kind: 'for', name, words, body: doBody(reader) };
}

function caseCommand(reader: Reader): Command {
  reader.skip();
  const subject = word(reader) ?? reader.fail();
  reader.skipLines();
  reader.expect(/in(?=\s)/y);
  const arms: { patterns: Word[]; body: List }[] = [];
  for (;;) {
    reader.skipLines();
    if (reader.take(/esac(?!\w)/y) !== undefined) return { kind: 'case', word: subject, arms };
    reader.take(/\(/y);
    const patterns: Word[] = [];
    do {
      reader.skip();
      patterns.push(word(reader) ?? reader.fail());
      reader.skip();
    } while (reader.take(/\|/y) !== undefined);
    reader.expect(/\)/y);
    arms.push({ patterns, body: list(reader, /;;|esac(?!\w)/y) });
    reader.take(/;;/y);
  }
}

function group(reader: Reader, end: RegExp, isShell: boolean): Command {
  const body = list(reader, end);
  reader.expect(end);
  return { kind: 'group', isShell, body, redirections: redirections(reader) };
}

function redirections(reader: Reader): Redirection[] {
  const all: Redirection[] = [];
  for (;;) {
    reader.skip();
    const next = redirection(reader);
    if (!next) return all;
    all.push(next);
  }
}

function redirection(reader: Reader): Redirection | undefined {
  const merged = reader.take(/\d?>&\d/y);
  if (merged !== undefined) {
    const from = /^\d/.test(merged) ? Number(merged[0]) : 1;
    return { from, operator: '>&', to: [{ kind: 'text', text: merged.at(-1) ?? '1', quoted: true }] };
  }
  const written = reader.take(/\d?(?:>>|>|<)/y);
  if (written === undefined) return undefined;
  const operator = written.replace(/^\d/, '') as '>' | '>>' | '<';
  const from = /^\d/.test(written) ? Number(written[0]) : operator === '<' ? 0 : 1;
  reader.skip();
  return { from, operator, to: word(reader) ?? reader.fail() };
}

function simple(reader: Reader): Command {
  const assignments: (readonly [string, Word])[] = [];
  const words: Word[] = [];
  const all: Redirection[] = [];
  for (;;) {
    reader.skip();
    const redirected = redirection(reader);
    if (redirected) {
      all.push(redirected);
      continue;
    }
    const name = words.length === 0 ? reader.take(/([A-Za-z_]\w*)=/y) : undefined;
    if (name !== undefined) {
      assignments.push([name, word(reader) ?? []]);
      continue;
    }
    const next = word(reader);
    if (!next) break;
    words.push(next);
  }
  if (words.length + assignments.length + all.length === 0) reader.fail();
  return { kind: 'simple', assignments, words, redirections: all };
}
