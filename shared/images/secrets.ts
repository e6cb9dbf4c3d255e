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

/** The text with every one of the secrets taken out, as it is and as each of its lines. */
export function withoutTheSecrets(text: string, secrets: readonly string[]): string {
  // Shorter than this, a secret hides nothing that could not be guessed, and its traces would be everywhere.
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .filter((part) => part.length > 3);
  return parts
    .toSorted((a, b) => b.length - a.length)
    .reduce((hidden, part) => hidden.replaceAll(part, '***'), text);
}
