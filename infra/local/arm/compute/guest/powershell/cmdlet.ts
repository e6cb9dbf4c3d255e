import type { Work } from '../host.ts';
import { PowerShellError, type Session } from './session.ts';
import { isTrue, itemsOf, numberFrom, ScriptBlock, textOf, type Value } from './values.ts';

/** A command that is built in: what it takes, in the order of its places, and what it does. */
export interface Cmdlet {
  readonly takes: readonly string[];
  readonly switches: readonly string[];
  readonly run: (call: CmdletCall) => Value | Work<Value>;
}

const COMMON = [
  'erroraction',
  'ea',
  'warningaction',
  'informationaction',
  'errorvariable',
  'outvariable',
  'progressaction',
];
const COMMON_SWITCHES = ['verbose', 'debug', 'whatif', 'confirm', 'force'];

/** `takes` and `switches` are names with spaces between them. */
export function cmdlet(takes: string, switches: string, run: Cmdlet['run']): Cmdlet {
  const names = (text: string) => text.split(' ').filter((name) => name !== '');
  return { takes: names(takes), switches: [...names(switches), ...COMMON_SWITCHES], run };
}

/** The whole name of a parameter that may have been cut short. */
export function parameterName(
  given: string,
  { takes, switches }: Pick<Cmdlet, 'takes' | 'switches'>,
): string {
  const name = given.toLowerCase();
  const known = [...takes, ...switches, ...COMMON];
  if (known.includes(name)) return name;
  return known.find((one) => one.startsWith(name)) ?? name;
}

/** One call of a cmdlet. */
export class CmdletCall {
  readonly session: Session;
  readonly name: string;
  readonly input: readonly Value[] | undefined;
  readonly #named: ReadonlyMap<string, Value>;

  constructor(
    session: Session,
    name: string,
    { takes }: Cmdlet,
    given: { named: Map<string, Value>; placed: Value[]; input: readonly Value[] | undefined },
  ) {
    this.session = session;
    this.name = name;
    this.input = given.input;
    const free = takes.filter((one) => !given.named.has(one));
    for (const [index, value] of given.placed.entries()) {
      const place = free[index];
      if (place !== undefined) given.named.set(place, value);
    }
    this.#named = given.named;
  }

  get errorAction(): string {
    return (this.text('erroraction') || this.text('ea')).toLowerCase();
  }

  has(name: string): boolean {
    return this.#named.has(name) && isTrue(this.#named.get(name) ?? null);
  }

  value(name: string): Value {
    return this.#named.get(name) ?? null;
  }

  text(name: string): string {
    return textOf(this.value(name));
  }

  texts(name: string): string[] {
    return itemsOf(this.value(name)).map((item) => textOf(item));
  }

  number(name: string, otherwise: number): number {
    return this.#named.has(name) ? numberFrom(this.value(name)) : otherwise;
  }

  block(name: string): ScriptBlock | undefined {
    const value = this.value(name);
    return value instanceof ScriptBlock ? value : undefined;
  }

  /** Reported; whether the script goes on is the error action's. */
  fail(message: string): never {
    throw new PowerShellError(message);
  }

  /** Reported, with the rest of the call carried out nonetheless. */
  complain(message: string): void {
    if (this.errorAction === 'stop' || (this.errorAction === '' && this.session.stopsOnErrors))
      throw new PowerShellError(message);
    if (!/^(?:silentlycontinue|ignore)$/.test(this.errorAction) && !this.session.isSilent)
      this.session.complain(message);
  }
}
