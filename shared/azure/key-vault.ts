import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { SecretRef } from '../images/recipe.ts';
import type { Secrets } from '../images/secrets.ts';
import type { Azure } from './clients.ts';
import { asking, reasonOf } from './errors.ts';

/** Secrets in Key Vault, read with the app's own identity. What a refusal says never holds a value. */
export function keyVault({ vault }: Pick<Azure, 'vault'>, now: () => Instant): Secrets {
  return {
    async read({ secretUri }: SecretRef) {
      const { origin, name, version } = partsOf(secretUri);
      const client = await vault(origin);
      const found = await asking(`secret ${name}`, async () => {
        try {
          return await client.getSecret(name, version === undefined ? {} : { version });
        } catch (error) {
          throw refusalOf(error, `${origin}/secrets/${name}`) ?? error;
        }
      });
      if (found.value === undefined) throw new AppError('SecretNotFound', `${secretUri} has no value.`);
      // Key Vault hands out what has expired as well ("About Azure Key Vault secrets"): we use it no more.
      const { expiresOn, notBefore } = found.properties;
      const today = new Date(now());
      if (expiresOn && expiresOn <= today) {
        throw new AppError('SecretNotFound', `${secretUri} expired on ${expiresOn.toISOString()}.`);
      }
      if (notBefore && notBefore > today) {
        throw new AppError('SecretNotFound', `${secretUri} is not valid before ${notBefore.toISOString()}.`);
      }
      return found.value;
    },
  };
}

function partsOf(secretUri: string) {
  const { origin, pathname } = new URL(secretUri);
  const [, , name = '', version = ''] = pathname.split('/');
  return { origin, name, version: version === '' ? undefined : version };
}

/** What of Key Vault's refusals people can do something about; undefined for all others. */
function refusalOf(error: unknown, where: string): AppError | undefined {
  const { statusCode, code } = fieldsOf(error);
  // The name of a vault that is not there cannot be looked up.
  if (code === 'ENOTFOUND') return new AppError('SecretNotFound', `${where}: there is no such vault.`);
  if (statusCode === 404) return new AppError('SecretNotFound', `${where}: there is no such secret.`);
  if (statusCode !== 403) return undefined;
  // That a secret is disabled is said with 403 too, as are missing rights and closed networks.
  const reason = reasonOf(error);
  return /SecretDisabled|disabled secret/i.test(reason)
    ? new AppError('SecretNotFound', `${where}: the secret is disabled.`)
    : new AppError('SecretDenied', `${where}: the app may not read it. ${reason}`);
}

function fieldsOf(error: unknown): { readonly statusCode?: unknown; readonly code?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
