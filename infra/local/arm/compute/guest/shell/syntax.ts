/** A piece of a word; what is quoted is neither split nor matched against file names. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly quoted: boolean;
      /** `${name:-word}` and its like. */
      readonly operator?: string;
      readonly word?: Word;
    }
  | { readonly kind: 'sum'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly list: List; readonly quoted: boolean };

export type Word = readonly Piece[];

export interface Redirection {
  readonly from: number;
  readonly operator: '>' | '>>' | '<' | '>&';
  readonly to: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly (readonly [string, Word])[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: List | undefined; readonly body: List }[];
    }
  | { readonly kind: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  | {
      readonly kind: 'case';
      readonly word: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
    }
  | {
      readonly kind: 'group';
      readonly isShell: boolean;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: List };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines with `&&` or `||` between them. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
}

export type List = readonly AndOr[];
