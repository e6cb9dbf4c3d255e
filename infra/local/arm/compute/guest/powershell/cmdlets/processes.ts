import type { Work } from '../../host.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { isLike } from '../operators.ts';
import { awaitEnd, programNamed, start } from '../programs.ts';
import { PowerShellError, type Started } from '../session.ts';
import { itemsOf, numberFrom, Thing, textOf, type Value } from '../values.ts';

function* startProcess(call: CmdletCall): Work<Value> {
  const path = call.text('filepath');
  const given = itemsOf(call.value('argumentlist')).map((item) => textOf(item));
  const program = found(call, path);
  if (!program) {
    // A program of Windows that is not modelled: it works for a while and is content.
    const unknown = {
      name: path,
      isWindow: false,
      *run() {
        yield call.session.host.random.between(20, 120);
        return 0;
      },
    };
    return yield* started(call, start(call.session, unknown, given));
  }
  return yield* started(call, start(call.session, program, given));
}

/** Start-Process's own words for a program that is not there. */
function found(call: CmdletCall, path: string): ReturnType<typeof programNamed> {
  try {
    return programNamed(call.session, path);
  } catch (error) {
    if (!(error instanceof PowerShellError)) throw error;
    throw new PowerShellError(
      'This command cannot be run due to the error: The system cannot find the file specified.',
      'statement',
    );
  }
}

function* started(call: CmdletCall, process: Started): Work<Value> {
  if (call.has('wait')) yield* awaitEnd(process);
  return call.has('passthru') ? processThing(process) : null;
}

function processThing(process: Started): Thing {
  return new Thing(
    'Process',
    {
      Id: process.id,
      ProcessName: process.name,
      Name: process.name,
      HasExited: () => process.exitCode !== undefined,
      ExitCode: () => process.exitCode ?? null,
      Handle: 1,
    },
    {
      *WaitForExit([ms = null]) {
        return yield* awaitEnd(process, ms === null ? Number.POSITIVE_INFINITY : numberFrom(ms) / 1000);
      },
      Refresh: () => null,
      Kill: () => {
        process.exitCode ??= -1;
        return null;
      },
    },
  );
}

function running(call: CmdletCall): Started[] {
  const names = call.texts('name').map((name) => name.toLowerCase().replace(/\.exe$/, ''));
  const ids = call.texts('id').map(Number);
  return call.session.started.filter(
    ({ exitCode, name, id }) =>
      exitCode === undefined && (names.includes(name) || ids.includes(id) || names.length + ids.length === 0),
  );
}

/** What runs in the system besides: programs of its own, and one for each service. */
function systemsOwn(call: CmdletCall): Thing[] {
  const { processes, services } = call.session.host.contents;
  const names = [
    ...processes.all().map(({ name }) => name.replace(/\.exe$/i, '')),
    ...services
      .all()
      .filter(({ status }) => status === 'Running')
      .map(({ name }) => name),
    'explorer',
    'svchost',
  ];
  const wanted = call.texts('name').map((name) => name.replace(/\.exe$/i, ''));
  if (wanted.length === 0 && call.texts('id').length > 0) return [];
  return names
    .filter((name) => wanted.length === 0 || wanted.some((one) => isLike(name, one)))
    .map((name, index) => new Thing('Process', { Id: 900 + index, ProcessName: name, Name: name }));
}

/** Programs that the script started, and those that run anyway. */
export const PROCESSES: Readonly<Record<string, Cmdlet>> = {
  'start-process': cmdlet(
    'filepath argumentlist workingdirectory verb windowstyle credential redirectstandardoutput redirectstandarderror',
    'wait passthru nonewwindow',
    startProcess,
  ),
  'wait-process': cmdlet('name id timeout inputobject', '', function* wait(call) {
    for (const process of running(call))
      yield* awaitEnd(process, call.number('timeout', Number.POSITIVE_INFINITY));
    return null;
  }),
  'get-process': cmdlet('name id', '', (call) => {
    const all = [...running(call).map((process) => processThing(process)), ...systemsOwn(call)];
    if (all.length === 0 && call.text('name') !== '' && !/[*?]/.test(call.text('name')))
      call.complain(`Cannot find a process with the name "${call.text('name')}".`);
    return all;
  }),
  'stop-process': cmdlet('name id inputobject', '', (call) => {
    for (const process of running(call)) process.exitCode = -1;
    return null;
  }),
};
