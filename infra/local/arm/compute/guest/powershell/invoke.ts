import type { StoredFile } from '../contents.ts';
import type { Work } from '../host.ts';
import { normal } from '../shelf.ts';
import { CmdletCall, parameterName, type Cmdlet } from './cmdlet.ts';
import { ALIASES, CMDLETS } from './cmdlets.ts';
import { evaluate } from './evaluate.ts';
import { programNamed, runProgram } from './programs.ts';
import { parse } from './parse.ts';
import { Leaving, PowerShellError, type Session } from './session.ts';
import type { Block, Command, Stage, Word } from './syntax.ts';
import { isWork, itemsOf, linesOf, ScriptBlock, textOf, Thing, type Value } from './values.ts';

/** Each stage works through what the one before it put out. */
export function* pipeline(session: Session, stages: readonly Stage[]): Work<void> {
  let input: Value[] | undefined;
  for (const [index, stage] of stages.entries()) {
    const received = input;
    const isLast = index === stages.length - 1;
    const work = () => runStage(session, stage, received, !isLast);
    if (isLast) yield* work();
    else input = yield* session.collecting(work);
  }
}

function* runStage(session: Session, stage: Stage, input: Value[] | undefined, piped: boolean): Work<void> {
  if (stage.kind === 'value') return session.put(yield* evaluate(session, stage.value));
  const redirections = stage.words.filter((word) => word.kind === 'redirection');
  if (redirections.length === 0) return yield* runCommand(session, stage, input, piped);
  const said = session.errors.length;
  const output = yield* session.collecting(() => runCommand(session, stage, input, piped));
  let shown = true;
  for (const { from, to, append } of redirections) {
    const target = to ? yield* evaluate(session, to) : undefined;
    if (target === undefined) continue; // streams that run together, as they do in the end anyway
    if (from === '2' || from === '*') session.errors.splice(said);
    if (from === '2') continue;
    shown = false;
    if (target !== null) writeLines(session, textOf(target), output, append);
  }
  if (shown) for (const value of output) session.put(value);
}

function writeLines({ host }: Session, path: string, output: readonly Value[], append: boolean): void {
  const { files } = host.contents;
  const lines = output.flatMap((value) => linesOf(value)).map((line) => `${line}\n`);
  files.put({ path, text: (append ? (files.get(path)?.text ?? '') : '') + lines.join('') });
}

function* runCommand(
  session: Session,
  command: Command,
  input: Value[] | undefined,
  piped: boolean,
): Work<void> {
  const target = yield* evaluate(session, command.name);
  if (target instanceof ScriptBlock) return yield* callBlock(session, target.block, command, input);
  const written = textOf(target);
  const name = ALIASES[written.toLowerCase()] ?? written.toLowerCase();
  const own = session.functions.get(name);
  if (own) return yield* callBlock(session, own, command, input);
  if (name === 'invoke-expression') return yield* callText(session, command);
  const builtIn = CMDLETS[name];
  if (builtIn) return yield* callCmdlet(session, name, builtIn, command.words, input);
  const file = scriptFile(session, written);
  if (file) return yield* callScript(session, file, command, input);
  const program = programNamed(session, written);
  const given = yield* nativeWords(session, command.words);
  if (program) return yield* runProgram(session, program, given, piped);
  yield* unknown(session, written);
}

/** What only Linux has; everything else that is not known here may well exist on Windows. */
const STRANGERS =
  /^(?:apt|apt-get|dnf|yum|zypper|sudo|chmod|chown|systemctl|export|waagent|touch|grep|sed|awk|fi|then)$/;

/** What is not known here is some real work: it takes its time, and yields nothing. */
function* unknown(session: Session, name: string): Work<void> {
  if (STRANGERS.test(name)) {
    const text = `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`;
    throw new PowerShellError(text, 'statement');
  }
  const { random } = session.host;
  const isFirst = session.variable('\0busy') === null;
  session.assign('\0busy', true);
  if (/\.(?:exe|cmd|bat)$/i.test(name)) session.assign('lastexitcode', 0);
  yield isFirst ? random.between(20, 120) : random.between(1, 4);
}

function* callBlock(
  session: Session,
  block: Block,
  { words }: Command,
  input: Value[] | undefined,
): Work<void> {
  const switches = block.parameters.filter(({ type }) => type === 'switch').map(({ name }) => name);
  const takes = block.parameters.map(({ name }) => name);
  const { named, placed } = yield* bound(session, words, { takes, switches });
  yield* session.parts.stream(session, block, { named, placed, ...(input && { input }) });
}

/** `Invoke-Expression`: text that is read and run where it stands. */
function* callText(session: Session, { words }: Command): Work<void> {
  const [text = ''] = yield* nativeWords(
    session,
    words.filter(({ kind }) => kind === 'argument'),
    false,
  );
  yield* session.parts.run(session, parse(text).body);
}

/** A script file run by its path: `exit` in it ends it alone, and is its exit code. */
function* callScript(
  session: Session,
  { text = '', path }: StoredFile,
  command: Command,
  input: Value[] | undefined,
): Work<void> {
  const block = parse(text);
  const root = normal(path).split('\\').slice(0, -1).join('\\');
  try {
    yield* session.within(new Map([['psscriptroot', root]]), false, () =>
      callBlock(session, block, command, input),
    );
  } catch (error) {
    if (!(error instanceof Leaving && error.how === 'exit')) throw error;
    session.assign('lastexitcode', error.exitCode);
  }
}

function scriptFile({ host }: Session, written: string): StoredFile | undefined {
  return /\.ps1$/i.test(written) ? host.contents.files.get(written) : undefined;
}

function* callCmdlet(
  session: Session,
  name: string,
  builtIn: Cmdlet,
  words: readonly Word[],
  input: Value[] | undefined,
): Work<void> {
  const given = yield* bound(session, words, builtIn);
  const call = new CmdletCall(session, name, builtIn, { ...given, input });
  try {
    const answer = builtIn.run(call);
    session.put(isWork(answer) ? yield* answer : answer);
  } catch (error) {
    if (!(error instanceof PowerShellError) || error.ends !== 'goes on') throw error;
    const action = call.errorAction;
    if (action === 'stop' || (action === '' && session.stopsOnErrors))
      throw new PowerShellError(error.message, 'script');
    const silent = action === '' ? session.isSilent : action !== 'continue';
    if (!silent) session.complain(error.message);
  }
}

interface Bound {
  readonly named: Map<string, Value>;
  readonly placed: Value[];
}

/** Which word belongs to which parameter: a switch takes none after it. */
function* bound(
  session: Session,
  words: readonly Word[],
  known: Pick<Cmdlet, 'takes' | 'switches'>,
): Work<Bound> {
  const named = new Map<string, Value>();
  const placed: Value[] = [];
  let waiting: string | undefined;
  for (const word of words) {
    if (word.kind === 'redirection') continue;
    if (word.kind === 'parameter') {
      const name = parameterName(word.name, known);
      named.set(name, word.value ? yield* evaluate(session, word.value) : true);
      waiting = word.value || known.switches.includes(name) ? undefined : name;
      continue;
    }
    const value = yield* evaluate(session, word.value);
    if (word.value.kind === 'splat') spread(value, known, named, placed);
    else if (waiting === undefined) placed.push(value);
    else named.set(waiting, value);
    waiting = undefined;
  }
  return { named, placed };
}

function spread(
  value: Value,
  known: Pick<Cmdlet, 'takes' | 'switches'>,
  named: Map<string, Value>,
  placed: Value[],
): void {
  if (!(value instanceof Thing)) placed.push(...itemsOf(value));
  else for (const name of value.names) named.set(parameterName(name, known), value.get(name));
}

/** Programs get one line: what has blanks in it is quoted there. */
function quotedWord(word: string): string {
  return /\s/.test(word) && !word.includes('"') ? `"${word}"` : word;
}

/** Programs get their words as they were written. */
function* nativeWords(session: Session, words: readonly Word[], quotes = true): Work<string[]> {
  const given: string[] = [];
  for (const word of words) {
    if (word.kind === 'redirection') continue;
    if (word.kind === 'parameter') given.push(`-${word.name}${word.value ? ':' : ''}`);
    const value = word.value ? yield* evaluate(session, word.value) : null;
    given.push(...itemsOf(value).map((item) => (quotes ? quotedWord(textOf(item)) : textOf(item))));
  }
  return given;
}
