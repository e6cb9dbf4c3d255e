import { styleText } from 'node:util';

/** A piece of a line, and how it looks where there are colours. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}
export type Style = Parameters<typeof styleText>[0];
export type Line = readonly (Span | string)[];

/** The line cut to the width, with colours or without. Every character takes one column. */
export function inked(line: Line, { width, colours }: { width: number; colours: boolean }): string {
  let left = width;
  let text = '';
  for (const part of line) {
    const span = typeof part === 'string' ? { text: part } : part;
    const fits = cut(span.text, left);
    left -= Array.from(fits).length;
    text += colours && span.style ? styleText(span.style, fits, { validateStream: false }) : fits;
  }
  return text;
}

export const bold = (text: string): Span => ({ text, style: 'bold' });
export const dim = (text: string): Span => ({ text, style: 'dim' });

export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width
    ? text
    : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`.slice(0, width);
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar that is full by this share. */
export function bar(share: number, width: number): { readonly full: string; readonly rest: string } {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = '█'.repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? '');
  return { full, rest: '░'.repeat(width - full.length) };
}
