import type { Host, Work } from '../host.ts';
import { linesOf, textOf, type ScriptBlock, type Value } from './values.ts';
import type { Block, Expression, Statement } from './syntax.ts';

/** An error as PowerShell tells its kinds apart. */
export class PowerShellError extends Error {
  override readonly name = 'PowerShellError';
  /**
   * `goes on`: reported, unless the error action says otherwise; `statement`: ends the statement, and the script only
   * under `Stop` or in a `try`; `script`: ends the script, as `throw` does.
   */
  readonly ends: 'goes on' | 'statement' | 'script';

  constructor(message: string, ends: PowerShellError['ends'] = 'goes on') {
    super(message);
    this.ends = ends;
  }
}

/** Control leaves what encloses it. */
export class Leaving {
  readonly how: 'exit' | 'return' | 'break' | 'continue';
  readonly exitCode: number;

  constructor(how: Leaving['how'], exitCode = 0) {
    this.how = how;
    this.exitCode = exitCode;
  }
}

/** The parts of the interpreter that call each other. */
export interface Interpreter {
  readonly evaluate: (session: Session, expression: Expression) => Work<Value>;
  readonly run: (session: Session, body: readonly Statement[]) => Work<void>;
  readonly statement: (session: Session, statement: Statement) => Work<void>;
  /** A block with what it is given by name and by place; what it puts out goes down the pipeline. */
  readonly stream: (session: Session, block: Block, given: Given) => Work<void>;
}

export interface Given {
  readonly named?: ReadonlyMap<string, Value>;
  readonly placed?: readonly Value[];
  readonly input?: readonly Value[];
  /** `$_`. */
  readonly item?: Value;
  /** The block sees and changes its caller's variables, as those of `ForEach-Object` do. */
  readonly inPlace?: boolean;
}

/** A program that was started and may still run. */
export interface Started {
  readonly id: number;
  readonly name: string;
  exitCode: number | undefined;
}

interface Scope {
  readonly variables: Map<string, Value>;
  readonly isOpen: boolean;
}

type Sink = (value: Value) => void;

/** One run of a script: its variables, its streams, its programs. */
export class Session {
  readonly host: Host;
  readonly parts: Interpreter;
  readonly functions = new Map<string, Block>();
  readonly started: Started[] = [];
  readonly output: string[] = [];
  readonly errors: string[] = [];
  /** How deep in `try` it is: there every error is caught. */
  tries = 0;
  matches: Value = null;
  #scopes: Scope[] = [{ variables: new Map(), isOpen: false }];
  #sink: Sink = (value) => this.output.push(...linesOf(value));

  constructor(host: Host, parts: Interpreter) {
    this.host = host;
    this.parts = parts;
  }

  get stopsOnErrors(): boolean {
    return textOf(this.variable('erroractionpreference')).toLowerCase() === 'stop';
  }

  get isSilent(): boolean {
    return /^(?:silentlycontinue|ignore)$/i.test(textOf(this.variable('erroractionpreference')));
  }

  variable(name: string): Value {
    for (const { variables } of this.#scopes.toReversed()) {
      const value = variables.get(name);
      if (value !== undefined) return value;
    }
    return name === 'matches' ? this.matches : null;
  }

  /** Assigning makes a variable of the innermost function; outer ones are only seen. */
  assign(name: string, value: Value): void {
    this.#scopes.findLast(({ isOpen }) => !isOpen)?.variables.set(name, value);
  }

  /** A value goes down the pipeline; nothing does not. */
  put(value: Value): void {
    if (value !== null) this.#sink(value);
  }

  /** What is said to the person at the screen, whoever collects the output. */
  say(line: string): void {
    this.output.push(line);
  }

  complain(message: string): void {
    this.errors.push(message);
  }

  /** With further variables in sight; what is assigned in an open scope stays when the scope is gone. */
  *within<T>(variables: Map<string, Value>, isOpen: boolean, work: () => Work<T>): Work<T> {
    const before = this.#scopes;
    this.#scopes = [...before, { variables, isOpen }];
    try {
      return yield* work();
    } finally {
      this.#scopes = before;
    }
  }

  /** Carries out some work and collects what it puts out. */
  *collecting(work: () => Work<void>): Work<Value[]> {
    const before = this.#sink;
    const collected: Value[] = [];
    this.#sink = (value) => {
      if (Array.isArray(value)) collected.push(...value);
      else collected.push(value);
    };
    try {
      yield* work();
    } finally {
      this.#sink = before;
    }
    return collected;
  }

  /** A block as a value, with all that it puts out. */
  *callBlock({ block }: ScriptBlock, given: Given): Work<Value[]> {
    return yield* this.collecting(() => this.parts.stream(this, block, given));
  }
}
