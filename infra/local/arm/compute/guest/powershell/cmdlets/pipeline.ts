import type { Work } from '../../host.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { member } from '../members.ts';
import { operate } from '../operators.ts';
import { isTrue, numberFrom, ScriptBlock, textOf, Thing, unwrapped, type Value } from '../values.ts';

const COMPARISONS = 'eq ne gt ge lt le like notlike match notmatch contains notcontains in notin is';

function* where(call: CmdletCall): Work<Value> {
  const kept: Value[] = [];
  const block = call.block('property') ?? call.block('filterscript');
  for (const item of call.input ?? []) {
    const holds = block
      ? isTrue(unwrapped(yield* call.session.callBlock(block, { item, inPlace: true })))
      : holdsFor(call, item);
    if (holds) kept.push(item);
  }
  return kept;
}

/** `Where-Object Name -eq 'x'`, without a block. */
function holdsFor(call: CmdletCall, item: Value): boolean {
  const value = member(item, call.text('property'));
  const operator = COMPARISONS.split(' ').find((one) => call.value(one) !== null);
  if (operator === undefined) return isTrue(value) !== call.has('not');
  const right = call.value(operator) === true ? call.value('value') : call.value(operator);
  return isTrue(operate(`-${operator}`, value, right, call.session));
}

function* forEach(call: CmdletCall): Work<Value> {
  const block = call.block('process');
  const name = block ? undefined : call.text('process') || call.text('membername');
  const output: Value[] = [];
  const begin = call.block('begin');
  if (begin) output.push(...(yield* call.session.callBlock(begin, { inPlace: true })));
  for (const item of call.input ?? []) {
    if (block) output.push(...(yield* call.session.callBlock(block, { item, inPlace: true })));
    else if (name !== undefined) output.push(member(item, name));
  }
  const end = call.block('end');
  if (end) output.push(...(yield* call.session.callBlock(end, { inPlace: true })));
  return output;
}

function* select(call: CmdletCall): Work<Value> {
  let items = [...(call.input ?? [])];
  if (call.has('unique')) items = distinct(items);
  if (call.value('skip') !== null) items = items.slice(call.number('skip', 0));
  if (call.value('first') !== null) items = items.slice(0, call.number('first', 0));
  if (call.value('last') !== null) items = items.slice(-call.number('last', 0));
  const single = call.text('expandproperty');
  if (single !== '') return items.flatMap((item) => member(item, single));
  const wanted = Array.isArray(call.value('property'))
    ? (call.value('property') as Value[])
    : [call.value('property')];
  if (wanted[0] === null) return items;
  const output: Value[] = [];
  for (const item of items) {
    const made = new Thing('Selected');
    for (const one of wanted) yield* addProperty(call, made, item, one);
    output.push(made);
  }
  return output;
}

function* addProperty(call: CmdletCall, made: Thing, item: Value, one: Value): Work<void> {
  if (!(one instanceof Thing)) return made.set(textOf(one), member(item, textOf(one)));
  const name = textOf(one.has('name') ? one.get('name') : one.get('label'));
  const computed = one.get('expression');
  if (!(computed instanceof ScriptBlock)) return made.set(name, member(item, textOf(computed)));
  made.set(name, unwrapped(yield* call.session.callBlock(computed, { item, inPlace: true })));
}

function distinct(items: readonly Value[]): Value[] {
  return [...new Map(items.map((item) => [textOf(item), item])).values()];
}

function* sort(call: CmdletCall): Work<Value> {
  const block = call.block('property');
  const name = block ? '' : call.text('property');
  const keyed: { key: Value; item: Value }[] = [];
  for (const item of call.input ?? []) {
    const found = name === '' ? item : member(item, name);
    keyed.push({ item, key: block ? unwrapped(yield* call.session.callBlock(block, { item })) : found });
  }
  const sign = call.has('descending') ? -1 : 1;
  keyed.sort((one, other) => sign * compare(one.key, other.key));
  const items = keyed.map(({ item }) => item);
  return call.has('unique') ? distinct(items) : items;
}

function compare(one: Value, other: Value): number {
  if (typeof one === 'number' || one instanceof Date) return numberFrom(one) - numberFrom(other);
  return textOf(one).localeCompare(textOf(other), 'en');
}

function measure(call: CmdletCall): Value {
  const name = call.text('property');
  const items = (call.input ?? []).map((item) => (name === '' ? item : member(item, name)));
  const numbers = items.map((item) => numberFrom(item)).filter((value) => !Number.isNaN(value));
  const sum = numbers.reduce((total, value) => total + value, 0);
  return new Thing('GenericMeasureInfo', {
    Count: items.length,
    Sum: sum,
    Average: numbers.length === 0 ? null : sum / numbers.length,
    Maximum: numbers.length === 0 ? null : Math.max(...numbers),
    Minimum: numbers.length === 0 ? null : Math.min(...numbers),
  });
}

/** What works on the values that come down a pipeline. */
export const PIPELINE: Readonly<Record<string, Cmdlet>> = {
  'where-object': cmdlet(`property value filterscript ${COMPARISONS}`, 'not', where),
  'foreach-object': cmdlet('process membername begin end', '', forEach),
  'select-object': cmdlet('property first last skip expandproperty', 'unique', select),
  'sort-object': cmdlet('property', 'descending unique', sort),
  'measure-object': cmdlet('property', 'sum average maximum minimum line', measure),
  'format-table': cmdlet('property', 'autosize wrap hidetableheaders', (call) => [...(call.input ?? [])]),
  'format-list': cmdlet('property', '', (call) => [...(call.input ?? [])]),
  'select-string': cmdlet('pattern path', 'simplematch quiet', (call) =>
    operate(
      '-match',
      [...(call.input ?? [])].map((item) => textOf(item)),
      call.text('pattern'),
      call.session,
    ),
  ),
};
