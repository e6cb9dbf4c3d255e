import type { List, Piece, Word } from './syntax.ts';

/** What a shell says when it cannot read on. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
}

/** A place in a shell script's text. */
export class Reader {
  readonly text: string;
  /** Reads the commands inside `$( … )`. */
  readonly list: (reader: Reader, ends: RegExp) => List;
  at = 0;

  constructor(text: string, list: Reader['list']) {
    this.text = text;
    this.list = list;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.at += match[0].length;
    return match[1] ?? match[0];
  }

  expect(pattern: RegExp): void {
    if (this.take(pattern) === undefined) this.fail();
  }

  /** Blanks, comments and continued lines. */
  skip(): void {
    while (this.take(/[ \t]+|\\\n|(?<![^\s;&|(])#[^\n]*/y) !== undefined) {
      // on to the next word
    }
  }

  skipLines(): void {
    do this.skip();
    while (this.take(/\n|;(?!;)/y) !== undefined);
  }

  fail(): never {
    const line = this.text.slice(0, this.at).split('\n').length;
    const here = this.text.slice(this.at, this.at + 12).split('\n')[0];
    throw new SyntaxProblem(`script.sh: ${line}: Syntax error: "${here}" unexpected`);
  }
}

const BREAK = /[\s;&|()<>]/y;

/** A word as far as it goes; undefined where none begins. */
export function word(reader: Reader): Word | undefined {
  const pieces: Piece[] = [];
  while (!reader.isAtEnd && !reader.sees(BREAK)) pieces.push(...piece(reader));
  return pieces.length === 0 ? undefined : pieces;
}

function piece(reader: Reader): Piece[] {
  const single = reader.take(/'([^']*)'/y);
  if (single !== undefined) return [{ kind: 'text', text: single, quoted: true }];
  if (reader.take(/"/y) !== undefined) return doubleQuoted(reader);
  const escaped = reader.take(/\\([^])/y);
  if (escaped !== undefined) return [{ kind: 'text', text: escaped, quoted: true }];
  if (reader.sees(/[$`]/y)) return [expansion(reader, false)];
  const plain = reader.take(/[^\s;&|()<>'"\\$`]+/y);
  return plain === undefined ? reader.fail() : [{ kind: 'text', text: plain, quoted: false }];
}

function doubleQuoted(reader: Reader): Piece[] {
  const pieces: Piece[] = [{ kind: 'text', text: '', quoted: true }];
  while (reader.take(/"/y) === undefined) {
    if (reader.isAtEnd) reader.fail();
    const escaped = reader.take(/\\([$`"\\\n])/y);
    if (escaped !== undefined)
      pieces.push({ kind: 'text', text: escaped === '\n' ? '' : escaped, quoted: true });
    else if (reader.sees(/[$`]/y)) pieces.push(expansion(reader, true));
    else pieces.push({ kind: 'text', text: reader.take(/[^"\\$`]+|\\/y) ?? '', quoted: true });
  }
  return pieces;
}

function expansion(reader: Reader, quoted: boolean): Piece {
  const sum = reader.take(/\$\(\(((?:[^()]|\([^()]*\))*)\)\)/y);
  if (sum !== undefined) return { kind: 'sum', text: sum, quoted };
  if (reader.take(/\$\(/y) !== undefined) {
    const list = reader.list(reader, /\)/y);
    reader.expect(/\)/y);
    return { kind: 'command', list, quoted };
  }
  const back = reader.take(/`([^`]*)`/y);
  if (back !== undefined) {
    const inner = new Reader(back, reader.list);
    return { kind: 'command', list: inner.list(inner, /$(?![^])/y), quoted };
  }
  const name = reader.take(/\$(\w+|[?#@*$!-])/y);
  if (name !== undefined) return { kind: 'parameter', name, quoted };
  if (reader.take(/\$\{/y) === undefined) {
    // A dollar alone stands for itself; a backtick alone is half of something.
    return { kind: 'text', text: reader.take(/\$/y) ?? reader.fail(), quoted };
  }
  return braced(reader, quoted);
}

function braced(reader: Reader, quoted: boolean): Piece {
  const name = reader.take(/\w+|[?#@*]/y) ?? reader.fail();
  const operator = reader.take(/:?[-+=?]|##?|%%?/y);
  const pieces: Piece[] = [];
  while (reader.take(/\}/y) === undefined) {
    if (reader.isAtEnd) reader.fail();
    const plain = reader.take(/[^}'"\\$`]+/y);
    if (plain === undefined) pieces.push(...piece(reader));
    else pieces.push({ kind: 'text', text: plain, quoted });
  }
  return { kind: 'parameter', name, quoted, ...(operator !== undefined && { operator, word: pieces }) };
}
