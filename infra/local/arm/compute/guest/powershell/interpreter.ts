import type { Host, Outcome, Work } from '../host.ts';
import { ParserError } from './cursor.ts';
import { environment } from './environment.ts';
import { evaluate } from './evaluate.ts';
import { parse } from './parse.ts';
import { bind, run, statement } from './run.ts';
import { Leaving, PowerShellError, Session, type Given, type Interpreter } from './session.ts';
import type { Block } from './syntax.ts';
import type { Value } from './values.ts';

const INTERPRETER: Interpreter = { evaluate, run, statement, stream };

/** A block with its parameters bound; `return` ends it, and what it puts out goes where it is called. */
function* stream(session: Session, block: Block, given: Given): Work<void> {
  const { named = new Map<string, Value>(), placed = [], input, item, inPlace = false } = given;
  const variables = yield* bind(session, block, named, placed);
  if (item !== undefined) variables.set('_', item).set('psitem', item);
  if (input) variables.set('input', [...input]);
  yield* session.within(variables, inPlace, function* body() {
    try {
      yield* run(session, block.body);
      for (const value of block.process ? (input ?? [null]) : []) {
        variables.set('_', value).set('psitem', value);
        yield* run(session, block.process ?? []);
      }
      yield* run(session, block.end ?? []);
    } catch (error) {
      if (!(error instanceof Leaving && error.how === 'return')) throw error;
    }
  });
}

/** Runs a script to its end in virtual time: what it does to the guest happens as it goes. */
export function* runPowerShell(
  host: Host,
  text: string,
  parameters: Readonly<Record<string, string>>,
): Work<Outcome> {
  const session = new Session(host, INTERPRETER);
  host.said = () => ({ output: session.output.join('\n'), error: session.errors.join('\n') });
  // Starting PowerShell and its modules.
  yield host.random.between(2, 10);
  for (const [name, value] of environment(host)) session.assign(name, value);
  const named = new Map<string, Value>(
    Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const exitCode = yield* runBlock(session, text, named);
  const error = session.errors.join('\n');
  return { exitCode, output: session.output.join('\n'), ...(error !== '' && { error }) };
}

function* runBlock(session: Session, text: string, named: Map<string, Value>): Work<number> {
  try {
    const block = parse(text);
    for (const [name, value] of yield* bind(session, block, named, [])) session.assign(name, value);
    yield* run(session, block.body);
    return 0;
  } catch (error) {
    if (error instanceof Leaving) return error.exitCode;
    if (!(error instanceof PowerShellError || error instanceof ParserError)) throw error;
    session.complain(error.message);
    return 1;
  }
}
