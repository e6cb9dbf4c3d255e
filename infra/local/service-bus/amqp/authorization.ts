import { createHmac, timingSafeEqual } from 'node:crypto';

/** Which key opens this broker. */
export interface SharedAccessKey {
  readonly name: string;
  readonly key: string;
}

/** What one connection may do: a token opens the entity it names and everything below it, until it expires. */
export class Authorization {
  readonly #expiries = new Map<string, number>();
  readonly #sharedAccess: SharedAccessKey;

  constructor(sharedAccess: SharedAccessKey) {
    this.#sharedAccess = sharedAccess;
  }

  /** Takes a token put to $cbs; answers what is wrong with it, if anything is. */
  put(token: string, audience: string): string | undefined {
    const fields = new URLSearchParams(token.replace(/^SharedAccessSignature /, ''));
    const [resource, signature, expiry, keyName] = ['sr', 'sig', 'se', 'skn'].map(
      (field) => fields.get(field) ?? '',
    );
    if (!resource || !signature || !expiry || !keyName)
      return 'MalformedToken: The token is not a shared access signature.';
    if (Number(expiry) * 1000 <= Date.now()) return 'ExpiredToken: The token is expired.';
    const { name, key } = this.#sharedAccess;
    if (keyName !== name || !isSignedWith(key, resource, expiry, signature)) {
      return 'InvalidSignature: The token has an invalid signature.';
    }
    if (!isWithin(pathOf(audience), pathOf(resource)))
      return 'InvalidAudience: The authorization header is for another resource.';
    this.#expiries.set(pathOf(audience), Number(expiry) * 1000);
    return undefined;
  }

  opens(address: string): boolean {
    const now = Date.now();
    return [...this.#expiries].some(([path, until]) => until > now && isWithin(address.toLowerCase(), path));
  }
}

function isSignedWith(key: string, resource: string, expiry: string, signature: string): boolean {
  // What is signed is the resource as it stands in the token, still encoded.
  const expected = createHmac('sha256', key)
    .update(`${encodeURIComponent(resource)}\n${expiry}`)
    .digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isWithin(path: string, outer: string): boolean {
  return outer === '' || path === outer || path.startsWith(`${outer}/`);
}

/** The entity an address like sb://host:port/queue/$management names. */
function pathOf(audience: string): string {
  return audience
    .toLowerCase()
    .replace(/^[a-z]+:\/\/[^/]*/, '')
    .replaceAll(/^\/+|\/+$/g, '');
}
