import type { Guest } from './guest.ts';

/** A script as the guest receives it; protected parameters are among the parameters here. */
export interface Script {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly error?: string;
}

interface Run {
  readonly outcome: Outcome;
  /** Seconds spent in Start-Sleep. */
  readonly sleeps: number;
  /** Whether anything was called that is not understood here, and so takes its time. */
  readonly busy: boolean;
}

/**
 * Runs the few PowerShell statements that scripts report with: echo, assign, sleep, throw, exit, and reading
 * Windows' ImageState. What stands in braces may or may not run, so it is left out. This is no interpreter:
 * it only has to answer what a guest would visibly answer.
 */
export function runStatements({ text, parameters }: Script, guest: Guest): Run {
  const variables = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  const lines: string[] = [];
  let sleeps = 0;
  let busy = false;
  const end = (exitCode: number, error?: string): Run => ({
    outcome: { exitCode, output: lines.join('\n'), ...(error !== undefined && { error }) },
    sleeps,
    busy,
  });
  for (const statement of statementsOf(text)) {
    const [verb, rest] = verbOf(statement);
    if (verb === 'exit') return end(Number.parseInt(valueOf(rest, variables, guest), 10) || 0);
    if (verb === 'throw') return end(1, valueOf(rest, variables, guest));
    if (verb === 'sleep') sleeps += Number(/\d+/.exec(rest)?.[0] ?? 0);
    else if (verb === 'assign') assign(statement, variables, guest);
    else if (verb === 'echo') lines.push(valueOf(rest, variables, guest));
    else if (readsImageState(statement)) lines.push(guest.imageState);
    else if (verb === 'call') busy = true;
  }
  return end(0);
}

type Verb = 'exit' | 'throw' | 'sleep' | 'assign' | 'echo' | 'quiet' | 'call';

const VERBS: readonly (readonly [Verb, RegExp])[] = [
  ['exit', /^exit\b\s*/i],
  ['throw', /^throw\b\s*/i],
  ['sleep', /^Start-Sleep\b\s*/i],
  ['assign', /^\$\w+\s*=/],
  ['echo', /^(?:Write-(?:Output|Host)|echo)\b\s*/i],
  ['echo', /^(?=\$\w+$|'[^']*'$|"[^"]*"$)/],
  [
    'quiet',
    /^(?:param|Set-StrictMode|\$\w+:|\[|\)|if|else|try|catch|finally|while|do|until|for|foreach|function)\b|^[^\w&.]/i,
  ],
];

function verbOf(statement: string): [Verb, string] {
  for (const [verb, pattern] of VERBS) {
    const match = pattern.exec(statement);
    if (match) return [verb, statement.slice(match[0].length)];
  }
  return ['call', statement];
}

function assign(statement: string, variables: Map<string, string>, guest: Guest): void {
  const [, name = '', value = ''] = /^\$(\w+)\s*=\s*([^]*)$/.exec(statement) ?? [];
  variables.set(name.toLowerCase(), valueOf(value, variables, guest));
}

/** What an expression comes to: the ImageState, a literal with its variables filled in, or a variable. */
function valueOf(expression: string, variables: ReadonlyMap<string, string>, guest: Guest): string {
  if (readsImageState(expression)) return guest.imageState;
  const literal = /^'([^']*)'$/.exec(expression.trim());
  if (literal) return literal[1] ?? '';
  return expression
    .trim()
    .replace(/^"([^]*)"$/, '$1')
    .replaceAll(/\$\(?\$?(\w+)\)?/g, (whole, name: string) => variables.get(name.toLowerCase()) ?? whole);
}

function readsImageState(text: string): boolean {
  return /ImageState/i.test(text) && /Setup\\State/i.test(text);
}

function statementsOf(text: string): string[] {
  let depth = 0;
  let outer = '';
  for (const letter of text.replaceAll(/^\s*#.*$/gm, '').replaceAll(/`\r?\n/g, ' ')) {
    if (letter === '{') depth += 1;
    else if (letter === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0) outer += letter;
  }
  return outer
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
