import { AppError } from './errors.ts';

/** What is needed of a request to read its body. */
export interface WithBody {
  readonly headers: { readonly get: (name: string) => string | null };
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}

const largest = 1_000_000;

/** The text of a body that is to be JSON, empty if there is none. What is too much is refused before it is read. */
export async function bodyText(request: WithBody): Promise<string> {
  const { headers } = request;
  refuseLarge(Number(headers.get('content-length') ?? 0));
  const bytes = new Uint8Array(await request.arrayBuffer());
  refuseLarge(bytes.length);
  if (bytes.length === 0) {
    // The Functions host hands over bodies of announced length only: of any other it hands over nothing.
    if (!headers.get('transfer-encoding')) return '';
    const message = 'The body came in chunks, of which the Azure Functions host hands over nothing.';
    throw new AppError('LengthRequired', message, { target: 'Content-Length' });
  }
  refuseOtherThanJson(headers);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('MalformedJson', 'The body is not UTF-8.', { cause, target: 'body' });
  }
}

function refuseLarge(bytes: number): void {
  if (bytes > largest) {
    throw new AppError('BodyTooLarge', `The body has ${bytes} bytes.`, { target: 'body' });
  }
}

/** A page of somebody else's can have a browser send text and forms with its user's sign-in; JSON it cannot. */
function refuseOtherThanJson(headers: WithBody['headers']): void {
  const type = headers.get('content-type');
  const isJson = /^application\/([\w.+-]+\+)?json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type?.trim() ?? '');
  if (!isJson) {
    const what = type === null ? 'does not say what it is' : `is said to be ${type.slice(0, 60)}`;
    throw new AppError('UnsupportedMediaType', `The body ${what}.`, { target: 'Content-Type' });
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    const message = `The body is encoded: ${encoding.slice(0, 60)}.`;
    throw new AppError('UnsupportedMediaType', message, { target: 'Content-Encoding' });
  }
}
