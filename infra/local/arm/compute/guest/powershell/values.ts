import type { Work } from '../host.ts';
import type { Block } from './syntax.ts';

/** What a variable can hold. */
export type Value = null | string | number | boolean | Date | Thing | ScriptBlock | Value[];

/** An object: its properties in their order, and what can be asked of it. */
export class Thing {
  readonly type: string;
  readonly #properties = new Map<string, { name: string; value: Value | (() => Value) }>();
  readonly #methods: Readonly<Record<string, Method>>;

  constructor(
    type: string,
    properties: Readonly<Record<string, Value | (() => Value)>> = {},
    methods: Readonly<Record<string, Method>> = {},
  ) {
    this.type = type;
    for (const [name, value] of Object.entries(properties)) this.set(name, value);
    this.#methods = methods;
  }

  get names(): string[] {
    return [...this.#properties.values()].map(({ name }) => name);
  }

  has(name: string): boolean {
    return this.#properties.has(name.toLowerCase());
  }

  get(name: string): Value {
    const found = this.#properties.get(name.toLowerCase())?.value ?? null;
    return typeof found === 'function' ? found() : found;
  }

  set(name: string, value: Value | (() => Value)): void {
    const known = this.#properties.get(name.toLowerCase());
    this.#properties.set(name.toLowerCase(), { name: known?.name ?? name, value });
  }

  delete(name: string): void {
    this.#properties.delete(name.toLowerCase());
  }

  method(name: string): Method | undefined {
    const found = Object.keys(this.#methods).find((one) => one.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : this.#methods[found];
  }
}

export type Method = (given: readonly Value[]) => Value | Work<Value>;

/** `{ … }` as a value. */
export class ScriptBlock {
  readonly block: Block;

  constructor(block: Block) {
    this.block = block;
  }
}

/** Whether a call goes on in time, or has answered at once. */
export function isWork(value: Value | Work<Value>): value is Work<Value> {
  return typeof value === 'object' && value !== null && 'next' in value;
}

/** As a list: nothing is none, a single value one. */
export function itemsOf(value: Value): Value[] {
  if (value === null) return [];
  if (value instanceof Thing && value.has('items')) return value.get('items') as Value[];
  return Array.isArray(value) ? value : [value];
}

/** One value of many: none is nothing, one is itself. */
export function unwrapped(values: readonly Value[]): Value {
  return values.length <= 1 ? (values[0] ?? null) : [...values];
}

export function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(value);
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return value.map((item) => textOf(item)).join(' ');
  if (value instanceof ScriptBlock) return '{ … }';
  return value instanceof Thing ? thingText(value) : value;
}

function thingText(thing: Thing): string {
  if (thing.has('tostring')) return textOf(thing.get('tostring'));
  return thing.type === 'hashtable' ? 'System.Collections.Hashtable' : thing.type;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(0) : String(value);
}

/** Dates in strings are written the invariant way. */
function dateText(date: Date): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(date.toISOString()) ?? [];
  return `${month}/${day}/${year} ${time}`;
}

/** What is printed when a value reaches the end of a pipeline. */
export function linesOf(value: Value): string[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => linesOf(item));
  if (!(value instanceof Thing) || value.has('tostring')) return textOf(value).split(/\r?\n/);
  const width = Math.max(0, ...value.names.map((name) => name.length));
  return value.names.map((name) => `${name.padEnd(width)} : ${textOf(value.get(name))}`);
}

export function numberFrom(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  const text = textOf(value).trim();
  return text === '' ? 0 : Number(text);
}

export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 1 ? isTrue(value[0] ?? null) : value.length > 0;
  if (value instanceof Thing || value instanceof ScriptBlock || value instanceof Date) return true;
  return value !== null && value !== '' && value !== 0 && value !== false;
}
