import { digest } from './names.ts';

/**
 * What authorises one report on one check. It says whose it is, so that it is found without an index; what
 * cannot be guessed is the rest, of which only the SHA-256 is kept.
 */
export function newToken(validation: string, check: string, secret: string): string {
  return `${Buffer.from(JSON.stringify([validation, check])).toString('base64url')}.${secret}`;
}

export function hashOf(token: string): string {
  return digest(token);
}

/** Whose the token says that it is; undefined for what is no token. */
export function subjectOf(
  token: string,
): { readonly validation: string; readonly check: string } | undefined {
  const [whose = '', secret = ''] = token.split('.');
  if (secret === '') return undefined;
  try {
    const told: unknown = JSON.parse(Buffer.from(whose, 'base64url').toString());
    if (!Array.isArray(told)) return undefined;
    const [validation, check]: unknown[] = told;
    if (typeof validation !== 'string' || typeof check !== 'string') return undefined;
    // It is looked for in a table, whose keys take no others.
    return /^[a-z0-9.-]{1,160}$/.test(validation) ? { validation, check } : undefined;
  } catch {
    return undefined;
  }
}
