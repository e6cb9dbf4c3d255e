import type { Work } from '../host.ts';
import { cast, indexed, member, methodOf } from './members.ts';
import { operate } from './operators.ts';
import type { Session } from './session.ts';
import { callStatic } from './statics.ts';
import type { Expression } from './syntax.ts';
import {
  isTrue,
  isWork,
  itemsOf,
  numberFrom,
  ScriptBlock,
  textOf,
  Thing,
  unwrapped,
  type Value,
} from './values.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

type Evaluators = {
  readonly [K in Expression['kind']]: (session: Session, expression: Of<K>) => Value | Work<Value>;
};

const EVALUATORS: Evaluators = {
  literal: (_, { value }) => value,
  *string(session, { parts }) {
    let text = '';
    for (const part of parts)
      text += typeof part === 'string' ? part : textOf(yield* evaluate(session, part));
    return text;
  },
  variable: (session, { name }) => session.variable(name),
  splat: (session, { name }) => session.variable(name),
  *list(session, { items }) {
    return yield* evaluateAll(session, items);
  },
  *group(session, { body, asArray }) {
    const collected = yield* session.collecting(() => session.parts.run(session, body));
    return asArray ? collected.filter((value) => value !== null) : unwrapped(collected);
  },
  *hash(session, { entries }) {
    const made = new Thing('hashtable');
    for (const [key, value] of entries) {
      const name = textOf(yield* evaluate(session, key));
      made.set(name, unwrapped(yield* session.collecting(() => session.parts.statement(session, value))));
    }
    return made;
  },
  block: (_, { block }) => new ScriptBlock(block),
  type: (_, { name }) => name,
  *cast(session, { type, of }) {
    const value = yield* evaluate(session, of);
    return type === 'pscustomobject' && value instanceof Thing ? customObject(value) : cast(type, value);
  },
  *member(session, { of, name }) {
    const wanted = textOf(yield* evaluate(session, name));
    if (of.kind === 'type') return callStatic(session, of.name, wanted, []);
    return member(yield* evaluate(session, of), wanted);
  },
  *method(session, { of, name, given }) {
    const wanted = textOf(yield* evaluate(session, name));
    const values = yield* evaluateAll(session, given);
    if (of.kind === 'type') return callStatic(session, of.name, wanted, values);
    // Of what this guest does not know, nothing is known either: no error, no value.
    const target = yield* evaluate(session, of);
    const answer = (isUnknown(of, target) ? undefined : methodOf(session, target, wanted))?.(values) ?? null;
    return isWork(answer) ? yield* answer : answer;
  },
  *index(session, { of, at }) {
    return indexed(yield* evaluate(session, of), yield* evaluate(session, at));
  },
  *unary(session, { operator, of }) {
    const value = yield* evaluate(session, of);
    if (operator === '-not') return !isTrue(value);
    if (operator === '-') return -numberFrom(value);
    if (operator === '+') return numberFrom(value);
    if (operator === '-split') return textOf(value).trim().split(/\s+/);
    if (operator === '-bnot') return ~numberFrom(value);
    return itemsOf(value)
      .map((item) => textOf(item))
      .join('');
  },
  step(session, { by, of }) {
    if (of.kind !== 'variable') return null;
    session.assign(of.name, numberFrom(session.variable(of.name)) + by);
    return null;
  },
  *binary(session, { operator, left, right }) {
    const before = yield* evaluate(session, left);
    // The right side of a settled -and or -or is not looked at.
    if (operator === '-and' && !isTrue(before)) return false;
    if (operator === '-or' && isTrue(before)) return true;
    return operate(operator, before, yield* evaluate(session, right), session);
  },
};

/** What an expression comes to. */
export function* evaluate(session: Session, expression: Expression): Work<Value> {
  const evaluator = EVALUATORS[expression.kind] as (
    session: Session,
    expression: Expression,
  ) => Value | Work<Value>;
  const answer = evaluator(session, expression);
  return isWork(answer) ? yield* answer : answer;
}

function* evaluateAll(session: Session, expressions: readonly Expression[]): Work<Value[]> {
  const values: Value[] = [];
  for (const expression of expressions) values.push(yield* evaluate(session, expression));
  return values;
}

function customObject(from: Thing): Thing {
  return new Thing(
    'PSCustomObject',
    Object.fromEntries(from.names.map((name) => [name, from.get(name)] as const)),
  );
}

/** A value that came from something this guest does not model, as opposed to a variable that holds nothing. */
function isUnknown(of: Expression, value: Value): boolean {
  return value === null && (of.kind === 'method' || of.kind === 'group' || of.kind === 'member');
}
