import type { Work } from '../host.ts';
import { ParserError } from './cursor.ts';
import { environment } from './environment.ts';
import { parse } from './parse.ts';
import { Leaving, PowerShellError, Session } from './session.ts';
import type { Block } from './syntax.ts';
import type { Value } from './values.ts';

/** `powershell.exe -File …` or `-Command …`: a PowerShell of its own, which leaves its exit code and its words. */
export function* childPowerShell(session: Session, given: readonly string[], isShown: boolean): Work<number> {
  const child = new Session(session.host, session.parts);
  for (const [name, value] of environment(session.host)) child.assign(name, value);
  yield session.host.random.between(1, 4);
  const exitCode = yield* runIn(child, wordsOf(given.join(' ')));
  // What runs beside the script says its words in a window of its own.
  if (isShown) {
    for (const line of child.output) session.put(line);
    session.errors.push(...child.errors);
  }
  return exitCode;
}

function* runIn(child: Session, words: readonly string[]): Work<number> {
  const file = words.findIndex((word) => /^-f(?:ile)?$/i.test(word));
  const command = words.findIndex((word) => /^-c(?:ommand)?$/i.test(word));
  try {
    const path = words[file + 1] ?? '';
    const text = file < 0 ? words.slice(command + 1).join(' ') : child.host.contents.files.get(path)?.text;
    // PowerShell's own exit code for a -File that is not there.
    if (text === undefined) return -196_608;
    const block = parse(text);
    yield* child.parts.stream(child, block, file < 0 ? {} : argumentsOf(block, words.slice(file + 2)));
    return 0;
  } catch (error) {
    if (error instanceof Leaving) return error.exitCode;
    if (!(error instanceof PowerShellError || error instanceof ParserError)) throw error;
    child.complain(error.message);
    return 1;
  }
}

function argumentsOf({ parameters }: Block, words: readonly string[]) {
  const types = new Map(parameters.map(({ name, type }) => [name, type] as const));
  const named = new Map<string, Value>();
  const placed: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const name = word.slice(1).toLowerCase();
    if (!word.startsWith('-') || !types.has(name)) placed.push(word);
    else if (types.get(name) === 'switch') named.set(name, true);
    else named.set(name, words[(at += 1)] ?? '');
  }
  return { named, placed };
}

/** A command line as Windows takes it apart: at blanks, quotes hold together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
