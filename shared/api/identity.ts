import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type IdentitySettings, identitySettings, type KeyRole } from './identity-settings.ts';
import { type Grant, roles } from './roles.ts';
import { type SignedIn, signedInBy } from './signed-in.ts';

/** Who asks, and what he may. */
export interface Caller {
  /** As it is recorded: the name, and behind it in parentheses what stays when names change. */
  readonly name: string;
  readonly kind: 'signed-in' | 'named-key' | 'key' | 'anyone';
  readonly grants: readonly Grant[];
}

/** What a request shows of its sender. */
export interface Shown {
  readonly headers: { readonly get: (name: string) => string | null };
  readonly query: { readonly get: (name: string) => string | null };
}

/** Whoever asks where nobody is asked for a key. */
export const anyone: Caller = { name: 'anyone', kind: 'anyone', grants: [] };

/** Who has a key without a name, where keys have no names. */
const keyHolder: Caller = { name: 'function key', kind: 'key', grants: [{ role: 'admin' }] };

/** Who asks; refuses whoever shows nothing that counts. What was shown is never part of a message. */
export function identify({ headers, query }: Shown, told: IdentitySettings = identitySettings()): Caller {
  const principal = headers.get('x-ms-client-principal');
  // Where the platform signs nobody in, anybody can write this header: it is as if it were not there.
  if (told.signsIn && principal !== null) {
    const signedIn = signedInBy(principal);
    if (!signedIn) throw stranger('The sign-in names no user or application of Microsoft Entra ID.');
    return known(signedIn, told);
  }
  const key = headers.get('x-functions-key') ?? query.get('code') ?? '';
  // The host has let it in by a key of its own; that `func start` asks for none does not count here.
  if (key === '') throw stranger('Nobody is signed in, and there is no key.');
  return withKey(key, told);
}

/**
 * Azure makes keys by itself that nobody has given a role: once some have one, the others have none. And where people
 * sign in the host has looked at no key, so that one which is not listed may be any text.
 */
function withKey(key: string, { signsIn, keys }: IdentitySettings): Caller {
  if (!signsIn && keys === undefined) return keyHolder;
  const grants = ofKey(key, keys ?? []);
  const [first] = grants;
  if (!first) throw stranger('The key is none of those that have a role.');
  return { name: `key ${first.name}`, kind: 'named-key', grants };
}

function stranger(message: string): AppError {
  return new AppError('Unauthenticated', message, { target: 'x-functions-key' });
}

function known({ objectId, name, appId, groups, appRoles }: SignedIn, { assignments }: IdentitySettings) {
  const ids = new Set([objectId, ...(appId === undefined ? [] : [appId]), ...groups]);
  const ofApp = appRoles.flatMap((value): Grant[] => {
    const role = roles.find((one) => value.toLowerCase() === `goldsmith.${one}`);
    return role ? [{ role }] : [];
  });
  const grants = [...ofApp, ...assignments.filter(({ principal }) => ids.has(principal))];
  // The first 8 of 32 digits: whoever chooses his name cannot choose these.
  const short = objectId.slice(0, 8);
  return { name: `${plain(name)} (oid ${short})`, kind: 'signed-in', grants } satisfies Caller;
}

/** One key may be listed with several roles, under the name of the first. All are compared, in the same time. */
function ofKey(key: string, listed: readonly KeyRole[]): KeyRole[] {
  const hash = createHash('sha256').update(key).digest();
  return listed.filter(({ sha256 }) => timingSafeEqual(hash, Buffer.from(sha256, 'hex')));
}

const label = /\((?:key|oid) [^()]*\)\s*$/i;
const reserved = (name: string) => label.test(name) || /^key\s/i.test(name);

/** Parentheses of his own would read as ours. */
function plain(name: string): string {
  return name.replaceAll(/[()]/g, '');
}

/**
 * Who is recorded. A signed-in caller is who he is, and says no other name. A key stands for whoever has it: the name
 * that comes with it is recorded, and the key with it. Only keys without names are believed whatever they say.
 */
export function recordedBy(caller: Caller, said: string | undefined): string {
  const { name, kind } = caller;
  if (said === undefined || isSameText(said, name)) return name;
  if (kind === 'signed-in') {
    if (isSameText(said, name.replace(label, ''))) return name;
    throw new AppError('ValidationFailed', `You are signed in as ${name}: leave \`by\` out.`, {
      target: 'by',
    });
  }
  const own = ` (${name})`;
  if (kind === 'named-key' && said.endsWith(own) && !reserved(said.slice(0, -own.length))) return said;
  if (reserved(said)) {
    const message =
      'A name neither begins with `key` nor ends with `(key …)` or `(oid …)`: these say who asked.';
    throw new AppError('ValidationFailed', message, { target: 'by' });
  }
  return kind === 'named-key' ? `${said}${own}` : said;
}

function isSameText(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
