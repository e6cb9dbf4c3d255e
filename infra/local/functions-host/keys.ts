import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpTrigger } from './binding-definition.ts';

export interface Keys {
  /** Whether a request with this key may call a function of that level. */
  readonly allows: (
    level: HttpTrigger['authLevel'],
    functionName: string,
    key: string | undefined,
  ) => boolean;
  readonly isMaster: (key: string | undefined) => boolean;
  /** The function's own key, made at first need and then kept. */
  readonly ofFunction: (functionName: string) => string;
  readonly host: string;
}

/** Access keys as Azure has them: a master key, a host key for all functions, and one of each function's own. */
export function openKeys({ master, host, state }: { master: string; host: string; state: string }): Keys {
  const file = join(state, 'function-keys.json');
  const kept: Record<string, string> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
    : {};
  const ofFunction = (functionName: string) => {
    const name = functionName.toLowerCase();
    const known = kept[name];
    if (known !== undefined) return known;
    const made = randomBytes(40).toString('base64url');
    kept[name] = made;
    mkdirSync(state, { recursive: true });
    writeFileSync(file, JSON.stringify(kept, undefined, 2), { mode: 0o600 });
    return made;
  };
  const isMaster = (key: string | undefined) => same(key, master);
  return {
    host,
    ofFunction,
    isMaster,
    allows: (level, functionName, key) => {
      if (level === 'anonymous' || isMaster(key)) return true;
      return level === 'function' && (same(key, host) || same(key, ofFunction(functionName)));
    },
  };
}

/** The key of a request: the header if there is one at all, else `code` in the query. */
export function keyOf(headers: NodeJS.Dict<string | string[]>, query: URLSearchParams): string | undefined {
  const header = headers['x-functions-key'];
  return (Array.isArray(header) ? header[0] : header) ?? query.get('code') ?? undefined;
}

// Hashed first, so that neither the length nor the first differing letter shows in the time it takes.
function same(given: string | undefined, key: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(hash(given), hash(key));
}
