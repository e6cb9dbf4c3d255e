import { cmdlet, type Cmdlet } from '../cmdlet.ts';
import { fetchTo } from '../fetch.ts';

/** Downloads. */
export const WEB: Readonly<Record<string, Cmdlet>> = {
  'invoke-webrequest': cmdlet(
    'uri outfile method headers timeoutsec body useragent maximumretrycount',
    'usebasicparsing passthru',
    (call) => fetchTo(call.session, call.text('uri'), call.text('outfile')),
  ),
  'invoke-restmethod': cmdlet('uri outfile method headers timeoutsec body', 'usebasicparsing', (call) =>
    fetchTo(call.session, call.text('uri'), call.text('outfile')),
  ),
  'start-bitstransfer': cmdlet('source destination', 'asynchronous', (call) =>
    fetchTo(call.session, call.text('source'), call.text('destination')),
  ),
};
