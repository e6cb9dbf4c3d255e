import type { Block, Expression, Stage, Statement } from './syntax.ts';

/** Windows PowerShell reads a script whole before it runs any of it: what cannot be read runs nothing. */
export class ParserError extends Error {
  override readonly name = 'ParserError';
}

/** The parts of the grammar that refer to each other. */
export interface Grammar {
  readonly expression: (cursor: Cursor) => Expression;
  /** One value with its members and indices, without operators. */
  readonly operand: (cursor: Cursor) => Expression;
  /** A value alone, as it stands in a string. */
  readonly primary: (cursor: Cursor) => Expression;
  readonly statements: (cursor: Cursor, end: RegExp | undefined) => Statement[];
  readonly pipeline: (cursor: Cursor) => Statement;
  readonly command: (cursor: Cursor) => Stage;
  readonly block: (cursor: Cursor) => Block;
}

/** A place in a script's text, and the little that every part of the grammar asks of it. */
export class Cursor {
  readonly text: string;
  readonly grammar: Grammar;
  at = 0;
  /** False inside the parentheses of a method call, where commas part the arguments. */
  commasJoin = true;

  constructor(text: string, grammar: Grammar) {
    this.text = text;
    this.grammar = grammar;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  sees(pattern: RegExp): boolean {
    return this.#match(pattern) !== undefined;
  }

  /** What stands here, taken; undefined when something else does. */
  take(pattern: RegExp): string | undefined {
    const match = this.#match(pattern);
    if (match === undefined) return undefined;
    this.at += match[0].length;
    return match[1] ?? match[0];
  }

  expect(pattern: RegExp, what: string): string {
    const taken = this.take(pattern);
    if (taken !== undefined) return taken;
    return this.fail(`Missing ${what}`);
  }

  /** Spaces, comments and line continuations. */
  skip(): void {
    while (this.take(/[^\S\n]+|#[^\n]*|<#[^]*?#>|`\r?\n/y)) {
      // on to what means something
    }
  }

  /** Line ends too. */
  skipLines(): void {
    while (this.take(/\s+|#[^\n]*|<#[^]*?#>|`\r?\n/y)) {
      // on to what means something
    }
  }

  withCommas<T>(join: boolean, read: () => T): T {
    const before = this.commasJoin;
    this.commasJoin = join;
    const result = read();
    this.commasJoin = before;
    return result;
  }

  fail(what: string): never {
    const before = this.text.slice(0, this.at).split('\n');
    const here = this.text.slice(this.at, this.at + 20).split('\n')[0];
    throw new ParserError(
      `At line:${before.length} char:${(before.at(-1)?.length ?? 0) + 1}: ${what} at '${here}'.`,
    );
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = pattern.sticky ? pattern : new RegExp(pattern.source, `${pattern.flags}y`);
    sticky.lastIndex = this.at;
    return sticky.exec(this.text) ?? undefined;
  }
}
