import type { Work } from '../host.ts';
import { resolved } from './cmdlets/items.ts';
import { PowerShellError, type Session } from './session.ts';
import { Thing, type Value } from './values.ts';

/** A slow day's line: 20 MB in a second. */
const BYTES_PER_SECOND = 20 * 1024 * 1024;

/** Fetches what is at an address into a file, or as text where no path is given. */
export function* fetchTo({ host }: Session, uri: string, path: string): Work<Value> {
  yield host.random.between(1, 4);
  const found = host.download(uri);
  // A failed request ends the statement whatever -ErrorAction says.
  if (found === 'unknown host') {
    const name = URL.canParse(uri) ? new URL(uri).hostname : uri;
    throw new PowerShellError(`The remote name could not be resolved: '${name}'`, 'statement');
  }
  if (found === 'not found')
    throw new PowerShellError('The remote server returned an error: (404) Not Found.', 'statement');
  if (found.status !== undefined && found.status >= 400)
    throw new PowerShellError(`The remote server returned an error: (${found.status}).`, 'statement');
  yield found.size / BYTES_PER_SECOND;
  if (path === '')
    return new Thing('WebResponse', { StatusCode: 200, Content: found.content, tostring: found.content });
  const { content, status: _, ...file } = found;
  const { files } = host.contents;
  const place = resolved(path);
  const folder = place.split('\\').slice(0, -1).join('\\');
  if (!/^[a-z]:$/i.test(folder) && !files.exists(folder))
    throw new PowerShellError(`Could not find a part of the path '${place}'.`, 'statement');
  files.put({ ...file, path: place, text: content });
  return null;
}
