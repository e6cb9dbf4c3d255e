import { BadPattern, regexOf } from '../pattern.ts';
import { linesOf, read, sayLines } from './reading.ts';
import type { Call } from './session.ts';

/** Lines that match, or do not. */
export function grep(call: Call): number {
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
