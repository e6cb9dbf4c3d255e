import { BadPattern, regexOf } from '../pattern.ts';
import type { Call, Program } from './session.ts';

/** What a filter reads: the files named, or what came down the pipe. */
function* sources(call: Call, names: readonly string[]): Generator<string, number, unknown> {
  let code = 0;
  if (names.length === 0) yield call.input;
  for (const name of names) {
    const file = call.session.host.contents.files.get(call.session.path(name));
    if (file && file.folder !== true) yield file.text ?? '';
    else {
      call.complain(`${call.name}: ${name}: No such file or directory`);
      code = 1;
    }
  }
  return code;
}

interface Read {
  readonly text: string;
  readonly code: number;
}

function read(call: Call, names: readonly string[]): Read {
  const each = sources(call, names);
  let text = '';
  for (let next = each.next(); ; next = each.next()) {
    if (next.done) return { text, code: next.value };
    text += next.value;
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function sayLines({ say }: Call, lines: readonly string[]): void {
  if (lines.length > 0) say(`${lines.join('\n')}\n`);
}

/** Options in front, `-n 5` or `-n5`; the rest are names. */
function options(
  given: readonly string[],
  withValue: string,
): { flags: Map<string, string>; rest: string[] } {
  const flags = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (!/^-[A-Za-z]/.test(word)) {
      rest.push(word);
      continue;
    }
    const letter = word[1] ?? '';
    if (withValue.includes(letter))
      flags.set(letter, word.length > 2 ? word.slice(2) : (given[(at += 1)] ?? ''));
    else for (const each of word.slice(1)) flags.set(each, '');
  }
  return { flags, rest };
}

function ends(call: Call, which: 'head' | 'tail'): number {
  const given = call.given.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const { flags, rest } = options(given, 'nc');
  const { text, code } = read(call, rest);
  const wanted = flags.get('n') ?? '10';
  const count = Number(wanted.replace(/^[+-]/, ''));
  const lines = linesOf(text);
  if (which === 'head') sayLines(call, lines.slice(0, count));
  else
    sayLines(call, wanted.startsWith('+') ? lines.slice(count - 1) : count === 0 ? [] : lines.slice(-count));
  return code;
}

function cut(call: Call): number {
  const { flags, rest } = options(call.given, 'dfcb');
  const { text, code } = read(call, rest);
  const delimiter = flags.get('d') ?? '\t';
  const [from = '1', to] = (flags.get('f') ?? flags.get('c') ?? '1').split('-');
  const first = Number(from || '1') - 1;
  const last = to === undefined ? first + 1 : to === '' ? undefined : Number(to);
  const by = flags.has('f') ? delimiter : '';
  const lines = linesOf(text).map((line) =>
    by !== '' && !line.includes(by) ? line : line.split(by).slice(first, last).join(by),
  );
  sayLines(call, lines);
  return code;
}

function grep(call: Call): number {
  const { patterns, flags, names } = grepWords(call.given);
  const { text } = read(call, names);
  const test = matcher(call, patterns, flags);
  if (!test) return 2;
  const found = linesOf(text).filter((line) => test(line) !== flags.has('v'));
  if (flags.has('c')) call.say(`${found.length}\n`);
  else if (!flags.has('q')) sayLines(call, found);
  return found.length > 0 ? 0 : 1;
}

function grepWords(given: readonly string[]): { patterns: string[]; flags: Set<string>; names: string[] } {
  const flags = new Set<string>();
  const patterns: string[] = [];
  const names: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (word === '-e') patterns.push(given[(at += 1)] ?? '');
    else if (/^-[a-zA-Z]+$/.test(word)) for (const letter of word.slice(1)) flags.add(letter);
    else names.push(word);
  }
  if (patterns.length === 0) patterns.push(names.shift() ?? '');
  return { patterns, flags, names };
}

type Test = (line: string) => boolean;

function matcher(call: Call, patterns: readonly string[], flags: ReadonlySet<string>): Test | undefined {
  try {
    return testOf(patterns, flags);
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    call.complain(`grep: ${error.message}`);
    return undefined;
  }
}

function testOf(patterns: readonly string[], flags: ReadonlySet<string>): Test {
  const tests = patterns.map((pattern) => {
    const literal = flags.has('F') ? pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) : pattern;
    // Basic expressions spell alternatives and groups with backslashes, which JavaScript does not want.
    const extended = flags.has('E') || flags.has('F') ? literal : literal.replaceAll(/\\([|(){}+?])/g, '$1');
    return regexOf(flags.has('x') ? `^(?:${extended})$` : extended, flags.has('i') ? 'i' : '');
  });
  return (line) => tests.some((test) => test.test(line));
}

function translate({ given, input, say }: Call): number {
  const deletes = given.some((word) => /^-\w*d/.test(word));
  const complement = given.some((word) => /^-\w*c/.test(word));
  const [from = '', to = ''] = given.filter((word) => !/^-\w+$/.test(word));
  const letters = setOf(from);
  const others = setOf(to);
  let text = '';
  for (const letter of input) {
    const isIn = letters.includes(letter) !== complement;
    if (!isIn) text += letter;
    else if (!deletes) text += others[Math.min(letters.indexOf(letter), others.length - 1)] ?? '';
  }
  say(text);
  return 0;
}

/** `a-z`, `[:upper:]` and escapes, as a list of letters. */
function setOf(written: string): string[] {
  const spelled = written
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('[:space:]', ' \t\n');
  const letters = spelled.replaceAll(/(.)-(.)/g, (_, first: string, last: string) => {
    const [from, to] = [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
    return Array.from({ length: Math.max(0, to - from + 1) }, (__, index) =>
      String.fromCodePoint(from + index),
    ).join('');
  });
  return letters.split('');
}

function count(call: Call): number {
  const { flags, rest } = options(call.given, '');
  const { text, code } = read(call, rest);
  const words = text.split(/\s+/).filter((word) => word !== '').length;
  const lines = text.split('\n').length - 1;
  const shown = [
    ...(flags.has('l') ? [lines] : []),
    ...(flags.has('w') ? [words] : []),
    ...(flags.has('c') ? [text.length] : []),
  ];
  call.say(`${(shown.length > 0 ? shown : [lines, words, text.length]).join(' ')}\n`);
  return code;
}

/** `s/…/…/` alone: what else sed can do is not known here. */
function edit(call: Call): number {
  const { rest } = options(call.given, '');
  const [script = '', ...names] = rest;
  const { text, code } = read(call, names);
  const [, from, to = '', how = ''] = /^s(?:[/|#,])([^/|#,]*)[/|#,]([^/|#,]*)[/|#,](\w*)$/.exec(script) ?? [];
  if (from === undefined) call.say(text);
  else {
    const pattern = regexOf(from.replaceAll(/\\([()|+?])/g, '$1'), how.includes('g') ? 'g' : '');
    sayLines(
      call,
      linesOf(text).map((line) => line.replace(pattern, to.replaceAll(/\\(\d)/g, '$$$1'))),
    );
  }
  return code;
}

/** Programs that read text and say text. */
export const TEXT: Readonly<Record<string, Program>> = {
  cat: (call) => {
    const { text, code } = read(call, options(call.given, '').rest);
    call.say(text);
    return code;
  },
  head: (call) => ends(call, 'head'),
  tail: (call) => ends(call, 'tail'),
  cut,
  grep,
  egrep: (call) => grep({ ...call, given: ['-E', ...call.given] }),
  tr: translate,
  wc: count,
  sed: edit,
  sort: (call) => {
    const { flags, rest } = options(call.given, 'k');
    const { text, code } = read(call, rest);
    const lines = linesOf(text).toSorted();
    const sorted = flags.has('r') ? lines.toReversed() : lines;
    sayLines(call, flags.has('u') ? [...new Set(sorted)] : sorted);
    return code;
  },
  uniq: (call) => {
    const { text, code } = read(call, options(call.given, '').rest);
    sayLines(
      call,
      linesOf(text).filter((line, index, all) => line !== all[index - 1]),
    );
    return code;
  },
  tee: (call) => {
    const { rest } = options(call.given, '');
    for (const name of rest)
      call.session.host.contents.files.put({ path: call.session.path(name), text: call.input });
    call.say(call.input);
    return 0;
  },
};
