import { regexOf } from '../pattern.ts';
import { forever } from '../work.ts';
import { BUILT_INS } from './built-ins.ts';
import { FILES } from './file-programs.ts';
import { PACKAGES } from './packages.ts';
import type { Call, Program } from './session.ts';
import { SYSTEM } from './system.ts';
import { TEXT } from './text-programs.ts';
import { WEB } from './web.ts';

/** Runs another program under its name: as root, with a time limit, with more variables. */
const passesOn: Program = ({ given, ...call }) => {
  const at = given.findIndex((word) => !/^-|^\w+=|^\d+[smh]?$/.test(word));
  const name = given[at];
  if (name === undefined) return 0;
  return programNamed(name)({ ...call, name, given: given.slice(at + 1) });
};

const PROGRAMS: Readonly<Record<string, Program>> = {
  ...BUILT_INS,
  ...TEXT,
  ...FILES,
  ...WEB,
  ...PACKAGES,
  ...SYSTEM,
  sudo: passesOn,
  env: passesOn,
  timeout: passesOn,
  nohup: passesOn,
  exec: passesOn,
};

/** The program of that name, the file at that path, or what stands for all that is not known here. */
export function programNamed(name: string): Program {
  const bare = name.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, '');
  const known = Object.hasOwn(PROGRAMS, bare) ? PROGRAMS[bare] : undefined;
  if (known) return known;
  if (name.includes('/')) return (call) => runFile(call, name);
  return unknown;
}

function* runFile({ session, given, complain }: Call, name: string): ReturnType<typeof unknown> {
  const file = session.host.contents.files.get(session.path(name));
  if (!file || file.folder) {
    complain(`${name}: not found`);
    return 127;
  }
  if (!file.installer) return yield* session.runText(session, file.text ?? '', given);
  const { silent, seconds = 60, exitCode = 0 } = file.installer;
  if (silent !== undefined && !regexOf(silent, 'i').test(given.join(' '))) return yield* forever();
  yield seconds;
  return exitCode;
}

/** Something that is not modelled: it works for a while, and well. */
function* unknown({ session, name, complain }: Call): Generator<number, number, unknown> {
  // PowerShell in the wrong guest: a cmdlet, or what is left of an assignment.
  if (/^[A-Z][a-z]+-[A-Z]\w+$|^=|^@/.test(name)) {
    complain(`script.sh: ${name}: not found`);
    return 127;
  }
  const isFirst = !session.variables.has('\0busy');
  session.variables.set('\0busy', '1');
  yield isFirst ? session.host.random.between(20, 120) : session.host.random.between(1, 4);
  return 0;
}
