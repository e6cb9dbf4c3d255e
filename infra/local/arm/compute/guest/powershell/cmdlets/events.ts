import type { LoggedEvent } from '../../contents.ts';
import { eventsLike } from '../../event-log.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { itemsOf, numberFrom, textOf, Thing, type Value } from '../values.ts';

function winEvents(call: CmdletCall): Value {
  const filter = call.value('filterhashtable');
  const of = (name: string) => (filter instanceof Thing && filter.has(name) ? itemsOf(filter.get(name)) : []);
  const [from = null] = of('starttime');
  const found = eventsLike(call.session.host.contents, {
    logs: [...of('logname').map((log) => textOf(log)), ...call.texts('logname')],
    ids: of('id').map((id) => numberFrom(id)),
    from: from instanceof Date ? from.getTime() : from === null ? 0 : Date.parse(textOf(from)),
  });
  // Nothing found is an error, as in Windows; -ErrorAction SilentlyContinue is how scripts live with it.
  if (found.length === 0) call.complain('No events were found that match the specified selection criteria.');
  return found.slice(0, call.number('maxevents', found.length)).map((event) => eventThing(event));
}

function eventThing({ log, id, at, values }: LoggedEvent): Thing {
  const data = Object.entries(values);
  return new Thing(
    'EventLogRecord',
    {
      Id: id,
      LogName: log,
      TimeCreated: new Date(at),
      Properties: data.map(([, Value]) => new Thing('EventProperty', { Value })),
    },
    {
      ToXml: () => {
        const written = data.map(([name, value]) => `<Data Name='${name}'>${value}</Data>`).join('');
        return `<Event><System><EventID>${id}</EventID></System><EventData>${written}</EventData></Event>`;
      },
    },
  );
}

/** Windows' event logs. */
export const EVENTS: Readonly<Record<string, Cmdlet>> = {
  'get-winevent': cmdlet('filterhashtable logname maxevents', 'oldest', winEvents),
};
