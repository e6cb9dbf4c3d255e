/** What stands for a value. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'string'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'splat'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  /** `( … )`, `$( … )` and `@( … )`: the last is an array whatever comes out. */
  | { readonly kind: 'group'; readonly body: readonly Statement[]; readonly asArray: boolean }
  | { readonly kind: 'hash'; readonly entries: readonly (readonly [Expression, Statement])[] }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'type'; readonly name: string }
  | { readonly kind: 'cast'; readonly type: string; readonly of: Expression }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression }
  | {
      readonly kind: 'method';
      readonly of: Expression;
      readonly name: Expression;
      readonly given: readonly Expression[];
    }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

export interface Parameter {
  readonly name: string;
  readonly type: string | undefined;
  readonly initial: Expression | undefined;
  readonly mandatory: boolean;
}

/** The body of a script, a function or `{ … }`. */
export interface Block {
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  /** `process { … }`, once for each value that comes down the pipeline, and `end { … }` after them. */
  readonly process?: readonly Statement[];
  readonly end?: readonly Statement[];
}

/** One word after a command's name. */
export type Word =
  | { readonly kind: 'parameter'; readonly name: string; readonly value: Expression | undefined }
  | { readonly kind: 'argument'; readonly value: Expression }
  | {
      readonly kind: 'redirection';
      readonly from: string;
      readonly to: Expression | undefined;
      readonly append: boolean;
    };

export interface Command {
  readonly kind: 'command';
  /** `&` and `.` run what the name comes to. */
  readonly called: boolean;
  readonly name: Expression;
  readonly words: readonly Word[];
}

export type Stage = Command | { readonly kind: 'value'; readonly value: Expression };

export type Statement =
  | { readonly kind: 'pipeline'; readonly stages: readonly Stage[] }
  | {
      readonly kind: 'assign';
      readonly target: Expression;
      readonly operator: string;
      readonly value: Statement;
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly {
        readonly condition: Statement | undefined;
        readonly body: readonly Statement[];
      }[];
    }
  | { readonly kind: 'while'; readonly condition: Statement; readonly body: readonly Statement[] }
  | {
      readonly kind: 'do';
      readonly condition: Statement;
      readonly until: boolean;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly first: Statement | undefined;
      readonly condition: Statement | undefined;
      readonly next: Statement | undefined;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'foreach';
      readonly name: string;
      readonly over: Statement;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'switch';
      readonly on: Statement;
      readonly mode: string;
      readonly cases: readonly {
        readonly match: Expression | undefined;
        readonly body: readonly Statement[];
      }[];
    }
  | {
      readonly kind: 'try';
      readonly body: readonly Statement[];
      readonly caught: readonly Statement[] | undefined;
      readonly lastly: readonly Statement[] | undefined;
    }
  | { readonly kind: 'function'; readonly name: string; readonly block: Block }
  | {
      readonly kind: 'leave';
      readonly how: 'exit' | 'throw' | 'return' | 'break' | 'continue';
      readonly value: Statement | undefined;
    };
