import { regexOf } from '../pattern.ts';
import { grep } from './grep.ts';
import { linesOf, read, sayLines } from './reading.ts';
import type { Call, Program } from './session.ts';

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
