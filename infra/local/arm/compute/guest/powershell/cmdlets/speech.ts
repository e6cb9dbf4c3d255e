import { cmdlet, type Cmdlet } from '../cmdlet.ts';
import { itemsOf, linesOf, textOf } from '../values.ts';

const quiet = cmdlet('message', '', () => null);

/** What a script says, and to whom. */
export const SPEECH: Readonly<Record<string, Cmdlet>> = {
  'write-output': cmdlet('inputobject a b c d e f g h', 'noenumerate', (call) => {
    const given = ['inputobject', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].filter(
      (name) => call.value(name) !== null,
    );
    if (given.length === 0) return call.input ? [...call.input] : null;
    return given.length === 1 ? call.value('inputobject') : given.map((name) => call.value(name));
  }),
  'write-host': cmdlet('object foregroundcolor backgroundcolor separator', 'nonewline', (call) => {
    const said = call.input ? [...call.input] : itemsOf(call.value('object'));
    call.session.say(said.map((item) => linesOf(item).join('\n')).join(' '));
    return null;
  }),
  'write-error': cmdlet('message exception category errorid', '', (call) =>
    call.fail(call.text('message') || call.text('exception')),
  ),
  'write-warning': cmdlet('message', '', (call) => {
    call.session.say(`WARNING: ${call.text('message')}`);
    return null;
  }),
  'write-verbose': quiet,
  'write-debug': quiet,
  'write-information': quiet,
  'write-progress': quiet,
  'set-strictmode': cmdlet('version', 'off', () => null),
  'set-executionpolicy': cmdlet('executionpolicy scope', '', () => null),
  'import-module': cmdlet('name', '', () => null),
  'out-null': cmdlet('', '', () => null),
  'out-host': cmdlet('', '', (call) => [...(call.input ?? [])]),
  'out-default': cmdlet('', '', (call) => [...(call.input ?? [])]),
  'out-string': cmdlet('width', 'stream', (call) =>
    (call.input ?? []).flatMap((item) => linesOf(item)).join('\n'),
  ),
  'read-host': cmdlet('prompt', 'assecurestring', function* never(call) {
    // Nobody sits there to answer.
    call.session.say(`${textOf(call.value('prompt'))}:`);
    for (;;) yield 3600;
  }),
  'start-sleep': cmdlet('seconds milliseconds', '', function* sleep(call) {
    yield call.number('seconds', 0) + call.number('milliseconds', 0) / 1000;
    return null;
  }),
};
