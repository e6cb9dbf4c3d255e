/**
 * A lock token is a GUID, and GUIDs have two byte orders: as a delivery tag in .NET's (the first three groups
 * little-endian), in requests and answers of $management in that of RFC 4122.
 */
export function tokenToTag(token: string): Buffer {
  return swapped(tokenToUuid(token));
}

export function tagToToken(tag: Buffer | string): string {
  return uuidToToken(swapped(Buffer.from(tag as Buffer)));
}

export function tokenToUuid(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

export function uuidToToken(uuid: Buffer): string {
  const hex = uuid.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function swapped(bytes: Buffer): Buffer {
  const [b0, b1, b2, b3, b4, b5, b6, b7, ...rest] = bytes as unknown as number[];
  return Buffer.from([b3, b2, b1, b0, b5, b4, b7, b6, ...rest] as number[]);
}
