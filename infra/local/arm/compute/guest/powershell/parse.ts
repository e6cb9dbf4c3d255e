import { stage } from './commands.ts';
import { Cursor, type Grammar } from './cursor.ts';
import { expression, operand, primary } from './expressions.ts';
import { block, blockBody, pipeline, statements } from './statements.ts';
import type { Block } from './syntax.ts';

const GRAMMAR: Grammar = {
  expression: (cursor) => expression(cursor),
  operand,
  primary,
  statements,
  pipeline,
  command: stage,
  block,
};

/** Reads a whole script; throws a ParserError where Windows PowerShell could not read on. */
export function parse(text: string): Block {
  return blockBody(new Cursor(text.replaceAll('\r\n', '\n'), GRAMMAR), undefined);
}
