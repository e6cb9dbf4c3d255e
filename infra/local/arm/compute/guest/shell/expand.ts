import type { Work } from '../host.ts';
import { BadPattern, regexOf } from '../pattern.ts';
import { normal } from '../shelf.ts';
import type { ShellSession } from './session.ts';
import { sumOf } from './arithmetic.ts';
import type { List, Piece, Word } from './syntax.ts';

/** Runs the commands inside words. */
export type RunList = (session: ShellSession, list: List) => Work<void>;

/** What a word comes to as one text: in assignments, redirections and patterns. */
export function* textOf(session: ShellSession, word: Word, run: RunList): Work<string> {
  let text = '';
  for (const piece of word) text += yield* valueOf(session, piece, run);
  return text;
}

/** What words come to as a program's arguments: split at blanks, and names matched against what is there. */
export function* fieldsOf(session: ShellSession, words: readonly Word[], run: RunList): Work<string[]> {
  const fields: string[] = [];
  for (const word of words) fields.push(...(yield* fieldsOfWord(session, word, run)));
  return fields;
}

interface Field {
  text: string;
  quoted: boolean;
  /** Wildcards in it are meant as such. */
  pattern: boolean;
}

function* fieldsOfWord(session: ShellSession, word: Word, run: RunList): Work<string[]> {
  const fields: Field[] = [];
  for (const piece of word) {
    if (piece.kind === 'parameter' && piece.name === '@' && piece.quoted)
      fields.push(...session.placed.map((text) => ({ text, quoted: true, pattern: false })));
    else addPiece(fields, piece, yield* valueOf(session, piece, run));
  }
  return fields
    .filter(({ text, quoted }) => quoted || text !== '')
    .flatMap(({ text, pattern }) => (pattern ? matched(session, text) : [text]));
}

/** The first part goes on where the word stands, what comes after a blank begins anew. */
function addPiece(fields: Field[], { kind, quoted }: Piece, value: string): void {
  const parts = quoted || kind === 'text' ? [value] : value.split(/[ \t\n]+/);
  const pattern = !quoted && /[*?[]/.test(value);
  for (const [index, text] of parts.entries()) {
    const last = fields.at(-1);
    if (index > 0 || !last) {
      fields.push({ text, quoted, pattern });
      continue;
    }
    last.text += text;
    last.quoted ||= quoted;
    last.pattern ||= pattern;
  }
}

/** The files a pattern stands for; a pattern without any stands for itself. */
function matched(session: ShellSession, pattern: string): string[] {
  const parts = session.path(pattern).split('/').slice(1);
  let found = [''];
  for (const part of parts) {
    found = found.flatMap((parent) => {
      if (!/[*?[]/.test(part)) return [`${parent}/${part}`];
      const names = session.host.contents.files.namesIn(parent === '' ? '/' : parent);
      return names.filter((name) => fits(name, part)).map((name) => `${parent}/${name}`);
    });
  }
  const there = found.filter((path) => session.host.contents.files.exists(path));
  return there.length === 0 ? [pattern] : there.map((path) => normal(path));
}

/** Whether a text fits a shell's pattern; one that is no pattern is meant as it stands. */
export function fits(text: string, pattern: string): boolean {
  try {
    return matches(text, pattern);
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    return text === pattern;
  }
}

function matches(text: string, pattern: string): boolean {
  const expression = pattern.replaceAll(/[.+^${}()|\\*?]/g, (letter) =>
    letter === '*' ? '.*' : letter === '?' ? '.' : `\\${letter}`,
  );
  return regexOf(`^${expression.replaceAll('[!', '[^')}$`, 's').test(text);
}

function* valueOf(session: ShellSession, piece: Piece, run: RunList): Work<string> {
  if (piece.kind === 'text') return piece.text;
  if (piece.kind === 'sum') return String(sumOf(piece.text, (name) => parameter(session, name) ?? '0'));
  if (piece.kind === 'command') {
    const said = yield* session.collecting(() => run(session, piece.list));
    session.substituted = true;
    return said.replace(/\n+$/, '');
  }
  const value = parameter(session, piece.name);
  if (piece.operator === undefined) return value ?? '';
  const word = yield* textOf(session, piece.word ?? [], run);
  return applied(session, piece.name, value, piece.operator, word);
}

function applied(
  session: ShellSession,
  name: string,
  value: string | undefined,
  operator: string,
  word: string,
): string {
  const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('+')) return isSet ? word : '';
  if (operator.startsWith('#')) return cut(value ?? '', word, 'start', operator.length > 1);
  if (operator.startsWith('%')) return cut(value ?? '', word, 'end', operator.length > 1);
  if (isSet) return value ?? '';
  if (operator.endsWith('=')) session.variables.set(name, word);
  return word;
}

/** `${x#pattern}` and `${x%pattern}`, and their greedy sisters. */
function cut(value: string, pattern: string, where: 'start' | 'end', longest: boolean): string {
  const lengths = Array.from({ length: value.length + 1 }, (_, index) => index);
  const parts = lengths.map((length) =>
    where === 'start' ? value.slice(0, length) : value.slice(value.length - length),
  );
  const found = (longest ? parts.toReversed() : parts).find((part) => fits(part, pattern));
  if (found === undefined) return value;
  return where === 'start' ? value.slice(found.length) : value.slice(0, value.length - found.length);
}

function parameter(session: ShellSession, name: string): string | undefined {
  if (name === '?') return String(session.code);
  if (name === '#') return String(session.placed.length);
  if (name === '@' || name === '*') return session.placed.join(' ');
  if (name === '$') return '4242';
  if (name === '0') return 'script.sh';
  return /^\d$/.test(name) ? session.placed[Number(name) - 1] : session.variables.get(name);
}
