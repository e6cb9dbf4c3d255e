import type { Host, Outcome, Work } from '../host.ts';
import { fieldsOf, fits, textOf } from './expand.ts';
import { parseShell } from './parser.ts';
import { programNamed } from './programs.ts';
import { SyntaxProblem } from './reader.ts';
import { redirected } from './redirect.ts';
import { Leaving, ShellSession } from './session.ts';
import type { AndOr, Command, List, Pipeline } from './syntax.ts';

/** A loop that never waits would stand still in virtual time: after so many rounds each time, it takes longer. */
const ROUNDS = 1000;

/** Runs a script as `/bin/sh` would, in virtual time; what it was given is in its environment. */
export function* runShell(
  host: Host,
  text: string,
  parameters: Readonly<Record<string, string>>,
): Work<Outcome> {
  yield host.random.between(1, 3);
  const variables = new Map([
    ['HOME', host.user === undefined ? '/root' : `/home/${host.user}`],
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ...Object.entries(parameters),
  ]);
  const session = new ShellSession(host, variables, runText);
  let output = '';
  session.out = (more) => {
    output += more;
  };
  host.said = () => ({ output: output.replace(/\n$/, ''), error: session.errors.replace(/\n$/, '') });
  const exitCode = yield* runText(session, text, Object.values(parameters));
  const error = session.errors.replace(/\n$/, '');
  return { exitCode, output: output.replace(/\n$/, ''), ...(error !== '' && { error }) };
}

function* runText(session: ShellSession, text: string, given: readonly string[]): Work<number> {
  session.placed = given;
  try {
    yield* runList(session, parseShell(text));
    return session.code;
  } catch (error) {
    if (error instanceof Leaving) return error.code;
    if (!(error instanceof SyntaxProblem)) throw error;
    session.errors += `${error.message}\n`;
    return 2;
  }
}

function* runList(session: ShellSession, list: List): Work<void> {
  for (const one of list) yield* runAndOr(session, one);
}

function* runAndOr(session: ShellSession, { first, rest }: AndOr): Work<void> {
  const last = rest.length;
  yield* runPipeline(session, first, last > 0);
  for (const [index, { operator, pipeline }] of rest.entries()) {
    if ((session.code === 0) !== (operator === '&&')) continue;
    yield* runPipeline(session, pipeline, index < last - 1);
  }
}

function* runPipeline(session: ShellSession, pipeline: Pipeline, asked: boolean): Work<void> {
  const { negated, commands } = pipeline;
  const isCondition = asked || negated;
  if (isCondition) session.conditions += 1;
  try {
    yield* pipe(session, commands);
  } finally {
    if (isCondition) session.conditions -= 1;
  }
  if (negated) session.code = session.code === 0 ? 1 : 0;
  // With `set -e` a failure ends the script, unless somebody asks whether it failed.
  if (session.code !== 0 && session.stopsOnErrors && session.conditions === 0 && !isCondition)
    throw new Leaving('exit', session.code);
}

function* pipe(session: ShellSession, commands: readonly Command[]): Work<void> {
  let input = '';
  for (const [index, command] of commands.entries()) {
    const given = input;
    const run = () => runCommand(session, command, given);
    if (index === commands.length - 1) yield* run();
    else input = yield* session.collecting(run);
  }
}

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;
type Runners = {
  readonly [K in Command['kind']]: (
    session: ShellSession,
    command: Of<K>,
    input: string,
  ) => Work<void> | undefined;
};

const RUNNERS: Runners = {
  simple: runSimple,
  *if(session, { branches }) {
    for (const { condition, body } of branches) {
      if (condition && !(yield* holds(session, condition))) continue;
      return yield* runList(session, body);
    }
    session.code = 0;
  },
  *loop(session, { until, condition, body }) {
    for (let round = 1; (yield* holds(session, condition)) !== until; round += 1) {
      if ((yield* once(session, body, round)) === 'break') break;
    }
    session.code = 0;
  },
  *for(session, { name, words, body }) {
    let round = 0;
    for (const field of yield* fieldsOf(session, words, runList)) {
      session.variables.set(name, field);
      round += 1;
      if ((yield* once(session, body, round)) === 'break') break;
    }
  },
  *case(session, { word, arms }) {
    const subject = yield* textOf(session, word, runList);
    for (const { patterns, body } of arms) {
      for (const pattern of patterns) {
        if (fits(subject, yield* textOf(session, pattern, runList))) return yield* runList(session, body);
      }
    }
  },
  *group(session, { body, isShell, redirections }) {
    yield* redirected(session, redirections, runList, () =>
      isShell ? inOwnShell(session, body) : runList(session, body),
    );
  },
  function(session, { name, body }) {
    session.functions.set(name, body);
    return undefined;
  },
};

function* runCommand(session: ShellSession, command: Command, input: string): Work<void> {
  const runner = RUNNERS[command.kind] as Runners['group'];
  const work = runner(session, command as Of<'group'>, input);
  if (work) yield* work;
}

function* holds(session: ShellSession, condition: List): Work<boolean> {
  session.conditions += 1;
  try {
    yield* runList(session, condition);
  } finally {
    session.conditions -= 1;
  }
  return session.code === 0;
}

function* once(session: ShellSession, body: List, round: number): Work<'on' | 'break'> {
  if (round % ROUNDS === 0) yield round / ROUNDS;
  try {
    yield* runList(session, body);
  } catch (error) {
    if (!(error instanceof Leaving)) throw error;
    if (error.how === 'break') return 'break';
    if (error.how !== 'continue') throw error;
  }
  return 'on';
}

/** `( … )`: what is assigned or left in it stays in it. */
function* inOwnShell(session: ShellSession, body: List): Work<void> {
  const before = new Map(session.variables);
  const { folder } = session;
  try {
    yield* runList(session, body);
  } catch (error) {
    if (!(error instanceof Leaving && error.how === 'exit')) throw error;
    session.code = error.code;
  }
  session.folder = folder;
  session.variables.clear();
  for (const [name, value] of before) session.variables.set(name, value);
}

function* runSimple(session: ShellSession, command: Of<'simple'>, input: string): Work<void> {
  const { assignments, words, redirections } = command;
  session.substituted = false;
  for (const [name, word] of assignments) session.variables.set(name, yield* textOf(session, word, runList));
  const [name, ...given] = yield* fieldsOf(session, words, runList);
  yield* redirected(session, redirections, runList, function* program(redirectedInput) {
    // An assignment alone ends as the command in it did.
    if (name === undefined) {
      if (!session.substituted) session.code = 0;
      return;
    }
    const own = session.functions.get(name);
    if (own) return yield* callFunction(session, own, given);
    const call = {
      session,
      name,
      given,
      input: redirectedInput ?? input,
      say: (text: string) => session.out(text),
      complain: (text: string) => {
        session.errors += `${text}\n`;
      },
    };
    const answer = programNamed(name)(call);
    session.code = typeof answer === 'number' ? answer : yield* answer;
  });
}

function* callFunction(session: ShellSession, body: List, given: readonly string[]): Work<void> {
  const before = session.placed;
  session.placed = given;
  try {
    yield* runList(session, body);
  } catch (error) {
    if (!(error instanceof Leaving && error.how === 'return')) throw error;
    session.code = error.code;
  } finally {
    session.placed = before;
  }
}
