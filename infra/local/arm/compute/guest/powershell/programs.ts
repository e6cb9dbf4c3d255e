import { applyChanges } from '../changes.ts';
import type { StoredFile } from '../contents.ts';
import type { Work } from '../host.ts';
import { markPendingRestart } from '../pending-restart.ts';
import { regexOf } from '../pattern.ts';
import { normal } from '../shelf.ts';
import { drive, forever } from '../work.ts';
import { PowerShellError, type Session, type Started } from './session.ts';
import { SYSTEM_PROGRAMS } from './system-programs.ts';

/** A program in the guest: it comes to an exit code, in time. */
export interface Runnable {
  readonly name: string;
  /** PowerShell goes on at once after a window program, unless its output is piped on. */
  readonly isWindow: boolean;
  readonly run: (given: readonly string[], isShown: boolean) => Work<number>;
}

/** Windows Installer's own codes ("MsiExec.exe and InstMsi.exe error messages"). */
const MSI = { busy: 1618, notFound: 1619, invalid: 1620, restarting: 1641, restartNeeded: 3010 } as const;

/** The program of that name, or at that path; undefined when the name means nothing here. */
export function programNamed(session: Session, written: string): Runnable | undefined {
  const path = normal(written);
  const name = (path.split('\\').at(-1) ?? '').toLowerCase();
  const bare = name.replace(/\.(?:exe|com)$/, '');
  const inSystem = !/^[a-z]:\\/i.test(path) || /^c:\\windows\\/i.test(path);
  if (inSystem && bare === 'msiexec')
    return { name: bare, isWindow: true, run: (given) => msiexec(session, given) };
  const system = inSystem ? SYSTEM_PROGRAMS[bare] : undefined;
  if (system) {
    const run = function* run(given: readonly string[], isShown: boolean): Work<number> {
      const answer = system(session, given, isShown);
      return typeof answer === 'number' ? answer : yield* answer;
    };
    return { name: bare, isWindow: bare === 'sysprep', run };
  }
  if (!/[\\/]/.test(written) || /^c:\\windows\\system32\\/i.test(path)) return undefined;
  const file = session.host.contents.files.get(path);
  if (!file || file.folder) {
    const text = `The term '${written}' is not recognized as the name of a cmdlet, function, script file, or operable program.`;
    throw new PowerShellError(text, 'statement');
  }
  return { name: bare, isWindow: false, run: (given) => setup(session, file, given) };
}

/** `& program`, or the program's name alone. */
export function* runProgram(
  session: Session,
  program: Runnable,
  given: readonly string[],
  piped: boolean,
): Work<void> {
  if (!program.isWindow) {
    session.assign('lastexitcode', yield* program.run(given, true));
    return;
  }
  const started = start(session, program, given);
  if (!piped) return;
  yield* awaitEnd(started);
  session.assign('lastexitcode', started.exitCode ?? 0);
}

/** Starts a program that goes on by itself, whatever becomes of the script. */
export function start(session: Session, program: Runnable, given: readonly string[]): Started {
  const started: Started = { id: 5000 + session.started.length * 4, name: program.name, exitCode: undefined };
  session.started.push(started);
  const end = (exitCode: number) => {
    started.exitCode = exitCode;
  };
  drive(session.host, program.run(given, false), end, (error) => {
    session.complain(String(error));
    end(1);
  });
  return started;
}

export function* awaitEnd(started: Started, seconds = Number.POSITIVE_INFINITY): Work<boolean> {
  for (let waited = 0; started.exitCode === undefined; waited += 1) {
    if (waited >= seconds) return false;
    yield 1;
  }
  return true;
}

function* msiexec(session: Session, given: readonly string[]): Work<number> {
  const { host } = session;
  const line = given.join(' ');
  yield host.random.between(1, 4);
  // Without one of these it shows its window, and in a session without a screen nobody answers it.
  if (!/[/-](?:q[nbr]?|quiet|passive)(?![a-z])/i.test(line)) return yield* forever();
  if (/[/-](?:x|uninstall)/i.test(line)) {
    yield host.random.between(10, 40);
    return 0;
  }
  const file = packageAt(session, pathIn(line));
  if (typeof file === 'number') return file;
  host.installing.until = host.now() + (file.installer?.seconds ?? 60) * 1000;
  const installed = yield* install(session, file);
  const exitCode = file.installer?.exitCode === undefined ? restartCode(session, file, line) : installed;
  writeLog(session, line, exitCode);
  return exitCode;
}

function pathIn(line: string): string {
  const [, quoted, bare] = /[/-](?:i|package|update|p)\s*(?:"([^"]+)"|(\S+))/i.exec(line) ?? [];
  return quoted ?? bare ?? '';
}

function writeLog({ host }: Session, line: string, exitCode: number): void {
  const [, path] = /[/-]l\S*\s+"?([^"\s]+)"?/i.exec(line) ?? [];
  if (path === undefined) return;
  host.contents.files.put({ path, text: `MSI (s): MainEngineThread is returning ${exitCode}\n` });
}

/** Windows Installer restarts the machine by itself where it needs to, unless it is told not to. */
function restartCode({ host }: Session, { installer }: StoredFile, line: string): number {
  if (!installer?.needsReboot) return 0;
  if (/norestart|REBOOT=R/i.test(line)) return MSI.restartNeeded;
  host.leave('restart');
  return MSI.restarting;
}

/** The package there, or Windows Installer's reason for not taking it. */
function packageAt({ host }: Session, path: string): StoredFile | number {
  const file = host.contents.files.get(path);
  if (!file || file.folder) return MSI.notFound;
  if (host.installing.until > host.now()) return MSI.busy;
  return file.installer ? file : MSI.invalid;
}

function* setup(session: Session, file: StoredFile, given: readonly string[]): Work<number> {
  const { installer, path } = file;
  if (!installer) {
    const text = `Program '${path.split('\\').at(-1)}' failed to run: The specified executable is not a valid application for this OS platform.`;
    throw new PowerShellError(text, 'statement');
  }
  if (installer.silent !== undefined && !regexOf(installer.silent, 'i').test(given.join(' ')))
    return yield* forever();
  return yield* install(session, file);
}

function* install(session: Session, { installer = {} }: StoredFile): Work<number> {
  const { contents, random } = session.host;
  yield installer.seconds ?? random.between(30, 120);
  if (installer.adds) applyChanges(contents, installer.adds);
  if (installer.needsReboot) markPendingRestart(contents, 'file rename');
  if (installer.output !== undefined && installer.output !== '') session.say(installer.output);
  return installer.exitCode ?? 0;
}
