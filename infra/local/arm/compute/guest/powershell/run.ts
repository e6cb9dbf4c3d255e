import type { Work } from '../host.ts';
import { BadPattern } from '../pattern.ts';
import { evaluate } from './evaluate.ts';
import { pipeline } from './invoke.ts';
import { isLike, operate, same } from './operators.ts';
import { Leaving, PowerShellError, type Session } from './session.ts';
import type { Block, Expression, Statement } from './syntax.ts';
import { isTrue, itemsOf, numberFrom, textOf, Thing, unwrapped, type Value } from './values.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
type Runners = {
  readonly [K in Statement['kind']]: (session: Session, statement: Of<K>) => Work<void> | undefined;
};

/** A loop that never waits would stand still in virtual time: after so many rounds each time, it takes longer. */
const ROUNDS = 1000;

const RUNNERS: Runners = {
  *pipeline(session, { stages }) {
    yield* pipeline(session, stages);
  },
  *assign(session, { target, operator, value }) {
    const found = yield* given(session, value);
    if (operator === '=') return yield* assign(session, target, found);
    const before = yield* evaluate(session, target);
    yield* assign(session, target, operate(operator.slice(0, 1), before, found, session));
  },
  *if(session, { branches }) {
    for (const { condition, body } of branches) {
      if (condition && !isTrue(yield* valueOf(session, condition))) continue;
      return yield* run(session, body);
    }
  },
  *while(session, { condition, body }) {
    for (let round = 1; isTrue(yield* valueOf(session, condition)); round += 1) {
      if ((yield* once(session, body, round)) === 'break') return;
    }
  },
  *do(session, { condition, until, body }) {
    for (let round = 1; ; round += 1) {
      if ((yield* once(session, body, round)) === 'break') return;
      if (isTrue(yield* valueOf(session, condition)) === until) return;
    }
  },
  *for(session, { first, condition, next, body }) {
    if (first) yield* statement(session, first);
    for (let round = 1; ; round += 1) {
      if (condition && !isTrue(yield* valueOf(session, condition))) return;
      if ((yield* once(session, body, round)) === 'break') return;
      if (next) yield* valueOf(session, next);
    }
  },
  *foreach(session, { name, over, body }) {
    let round = 0;
    for (const item of itemsOf(yield* valueOf(session, over))) {
      session.assign(name, item);
      round += 1;
      if ((yield* once(session, body, round)) === 'break') return;
    }
  },
  *switch(session, { on, mode, cases }) {
    for (const item of itemsOf(yield* valueOf(session, on))) yield* choose(session, item, mode, cases);
  },
  *try(session, { body, caught, lastly }) {
    try {
      yield* attempt(session, body, caught);
    } finally {
      if (lastly) yield* run(session, lastly);
    }
  },
  function(session, { name, block }) {
    session.functions.set(name, block);
    return undefined;
  },
  *leave(session, { how, value }) {
    const given = value ? yield* valueOf(session, value) : null;
    if (how === 'throw') throw new PowerShellError(textOf(given) || 'ScriptHalted', 'script');
    if (how === 'return' && value) session.put(given);
    throw new Leaving(how, how === 'exit' ? Math.trunc(numberFrom(given)) || 0 : 0);
  },
};

/** Statements one after another; what only ends a statement does not end the script. */
export function* run(session: Session, body: readonly Statement[]): Work<void> {
  for (const next of body) {
    try {
      yield* statement(session, next);
    } catch (thrown) {
      const error = thrown instanceof BadPattern ? new PowerShellError(thrown.message, 'statement') : thrown;
      const goesOn =
        error instanceof PowerShellError &&
        error.ends === 'statement' &&
        session.tries === 0 &&
        !session.stopsOnErrors;
      if (!goesOn) throw error;
      if (!session.isSilent) session.complain(error.message);
    }
  }
}

export function* statement(session: Session, one: Statement): Work<void> {
  const runner = RUNNERS[one.kind] as (session: Session, one: Statement) => Work<void> | undefined;
  const work = runner(session, one);
  if (work) yield* work;
}

/** What an assignment takes: of commands what they put out, of a plain value itself, an empty array too. */
export function* given(session: Session, value: Statement): Work<Value> {
  const [first, ...more] = value.kind === 'pipeline' ? value.stages : [];
  if (first?.kind === 'value' && more.length === 0) return yield* evaluate(session, first.value);
  return unwrapped(yield* session.collecting(() => statement(session, value)));
}

function* valueOf(session: Session, one: Statement): Work<Value> {
  return unwrapped(yield* session.collecting(() => statement(session, one)));
}

/** One round of a loop. */
function* once(session: Session, body: readonly Statement[], round: number): Work<'on' | 'break'> {
  if (round % ROUNDS === 0) yield round / ROUNDS;
  try {
    yield* run(session, body);
  } catch (error) {
    if (!(error instanceof Leaving)) throw error;
    if (error.how === 'break') return 'break';
    if (error.how !== 'continue') throw error;
  }
  return 'on';
}

function* choose(session: Session, item: Value, mode: string, cases: Of<'switch'>['cases']): Work<void> {
  const fits = (match: Value): boolean => {
    if (mode === 'regex') return isTrue(operate('-match', item, match, session));
    return mode === 'wildcard' ? isLike(textOf(item), textOf(match)) : same(item, match);
  };
  let found = false;
  for (const { match, body } of cases) {
    const applies = match ? fits(yield* evaluate(session, match)) : !found;
    if (!applies) continue;
    found = true;
    const inner = session.within(new Map([['_', item]]), true, () => once(session, body, 1));
    if ((yield* inner) === 'break') return;
  }
}

function* attempt(
  session: Session,
  body: readonly Statement[],
  caught: readonly Statement[] | undefined,
): Work<void> {
  session.tries += 1;
  try {
    yield* run(session, body);
    session.tries -= 1;
  } catch (error) {
    session.tries -= 1;
    if (!(error instanceof PowerShellError) || !caught) throw error;
    const record = errorRecord(error.message);
    yield* session.within(new Map([['_', record]]), true, () => run(session, caught));
  }
}

function errorRecord(message: string): Thing {
  const exception = new Thing('Exception', { Message: message, tostring: message });
  return new Thing('ErrorRecord', { Exception: exception, tostring: message });
}

function* assign(session: Session, target: Expression, value: Value): Work<void> {
  if (target.kind === 'variable') return session.assign(target.name, value);
  if (target.kind === 'cast') return yield* assign(session, target.of, value);
  if (target.kind !== 'member' && target.kind !== 'index') return;
  if (target.of.kind === 'type') return; // a setting of the runtime, such as the TLS version
  const of = yield* evaluate(session, target.of);
  const name = textOf(yield* evaluate(session, target.kind === 'member' ? target.name : target.at));
  if (of instanceof Thing) of.set(name, value);
  else if (Array.isArray(of)) of[Number(name)] = value;
}

/** A block called with values: its parameters take those of their names, then the rest in order. */
export function* bind(
  session: Session,
  { parameters }: Block,
  named: ReadonlyMap<string, Value>,
  placed: readonly Value[],
): Work<Map<string, Value>> {
  const variables = new Map<string, Value>();
  const left = [...placed];
  for (const { name, type, initial, mandatory } of parameters) {
    const isSwitch = type === 'switch' || type?.endsWith('.switchparameter') === true;
    let value = named.get(name);
    if (value === undefined && !isSwitch) value = left.shift();
    if (value === undefined && initial) value = yield* evaluate(session, initial);
    if (value === undefined && mandatory) {
      throw new PowerShellError(
        `Cannot process command because of one or more missing mandatory parameters: ${name}.`,
        'script',
      );
    }
    variables.set(name, typed(type, value ?? (isSwitch ? false : null)));
  }
  variables.set('args', left);
  return variables;
}

function typed(type: string | undefined, value: Value): Value {
  if (type === 'string') return textOf(value);
  if (type === 'string[]') return itemsOf(value).map((item) => textOf(item));
  if (type === 'int' || type === 'int32') return Math.round(numberFrom(value));
  return type === 'bool' || type === 'switch' ? isTrue(value) : value;
}
