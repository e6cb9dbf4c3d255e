import { AppError } from '../errors.ts';
import type { SecretRef } from './recipe.ts';

/** Where secrets are kept. Throws SecretNotFound or SecretDenied; what is read is never kept. */
export interface Secrets {
  readonly read: (ref: SecretRef) => Promise<string>;
}

/** Reads the secret of a field of a step; a refusal names the field. */
export async function readSecret(secrets: Secrets, ref: SecretRef, field: string): Promise<string> {
  try {
    return await secrets.read(ref);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, retryAfterSeconds } = error;
    throw new AppError(code, `${field}: ${message}`, {
      target: field,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }
}

/** Azure keeps the last 4 KB of what a script wrote: so long a text may begin in the middle of something. */
const cutBytes = 4000;
/** Shorter than this, a secret hides nothing that could not be guessed, and its traces would be everywhere. */
const shortest = 4;

/**
 * The text with every one of the secrets taken out: as it is, as each of its lines, broken by PowerShell to the width
 * of a console, and what is left of it where the text begins.
 */
export function withoutTheSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .filter((part) => part.length >= shortest)
    .toSorted((a, b) => b.length - a.length);
  const isCut = Buffer.byteLength(text) >= cutBytes;
  const whole = parts.reduce((hidden, part) => hidden.replaceAll(brokenOrNot(part), '***'), text);
  return isCut ? withoutTheirEnds(whole, parts) : whole;
}

function brokenOrNot(part: string): RegExp {
  const signs = Array.from(part, (sign) => sign.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`));
  return new RegExp(signs.join(String.raw`(?:\r?\n[ \t]*)?`), 'g');
}

function withoutTheirEnds(text: string, parts: readonly string[]): string {
  const ends = parts.flatMap((part) =>
    Array.from({ length: part.length - shortest }, (_, from) => part.slice(from + 1)),
  );
  const end = ends.toSorted((a, b) => b.length - a.length).find((one) => text.startsWith(one));
  return end === undefined ? text : `***${text.slice(end.length)}`;
}
