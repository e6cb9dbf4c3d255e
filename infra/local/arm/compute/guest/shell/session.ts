import type { Host, Work } from '../host.ts';
import type { List } from './syntax.ts';

/** The shell leaves: the script, a loop, a function. */
export class Leaving {
  readonly how: 'exit' | 'break' | 'continue' | 'return';
  readonly code: number;

  constructor(how: Leaving['how'], code: number) {
    this.how = how;
    this.code = code;
  }
}

/** What a program is given and where its words go. */
export interface Call {
  readonly session: ShellSession;
  readonly name: string;
  readonly given: readonly string[];
  readonly input: string;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** A program comes to an exit code, at once or in time. */
export type Program = (call: Call) => number | Work<number>;

/** One run of a shell: variables, functions, streams. */
export class ShellSession {
  readonly host: Host;
  readonly variables: Map<string, string>;
  readonly functions = new Map<string, List>();
  /** Runs a script's text in this shell, or in a new one. */
  readonly runText: (session: ShellSession, text: string, given: readonly string[]) => Work<number>;
  placed: readonly string[] = [];
  code = 0;
  stopsOnErrors = false;
  /** In a condition nothing that fails ends the script. */
  conditions = 0;
  /** A command ran inside the words of another: an assignment ends as it did. */
  substituted = false;
  folder = '/var/lib/waagent/run-command-handler/download/0';
  out: (text: string) => void;
  errors = '';

  constructor(host: Host, variables: Map<string, string>, runText: ShellSession['runText']) {
    this.host = host;
    this.variables = variables;
    this.runText = runText;
    this.out = () => {};
  }

  /** A path as it is meant from the folder the shell is in. */
  path(written: string): string {
    const whole = written.startsWith('/') ? written : `${this.folder}/${written}`;
    const parts: string[] = [];
    for (const part of whole.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  }

  /** Carries out some work and collects what it says. */
  *collecting(work: () => Work<void>): Work<string> {
    const before = this.out;
    let text = '';
    this.out = (more) => {
      text += more;
    };
    try {
      yield* work();
    } finally {
      this.out = before;
    }
    return text;
  }
}
