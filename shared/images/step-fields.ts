import { z } from 'zod';

/** What looks like a key, wherever it stands: what is kept in plain must not be one. */
const secretLooking =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AccountKey|SharedAccessKey)=[\w+/]{20,}|[?&]sig=[\w%+/-]{16,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/;
const kept = 'What you write here is kept and shown: use a secret parameter';

/** Text that is kept in plain: no zero characters, and nothing that looks like a key. */
export const plainText = (most: number, tooLong = `At most ${most} characters.`) =>
  z
    .string()
    .max(most, tooLong)
    .refine((text) => !text.includes('\0'), 'No zero characters.')
    .refine((text) => !secretLooking.test(text), `This looks like a key or a token. ${kept}.`);

/** Where a build VM downloads from. */
const uri = z
  .string()
  .max(2048, 'At most 2048 characters.')
  .refine((text) => isHttps(text), 'An https address that the build VM can reach.')
  .refine(
    (text) => !hasSignature(text),
    'The address carries a signature or a password, and what you write is kept and shown: let the build VM’s network reach it, or fetch it in a script with a secret parameter.',
  );

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'The SHA-256 of the file: 64 hexadecimal digits.')
  .transform((digits) => digits.toLowerCase());

export const download = { uri, sha256 };

const reference =
  'A reference to a Key Vault secret, {"secretUri": "https://<vault>.vault.azure.net/secrets/<name>"}, and never the secret itself.';

/** Vaults of Azure's public, Chinese, US government and German clouds. */
export const SecretRef = z.strictObject(
  {
    secretUri: z
      .string()
      .regex(
        /^https:\/\/[a-z](?:-?[a-z0-9]){2,23}\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\/secrets\/[a-z0-9-]{1,127}(?:\/[0-9a-f]{32})?\/?$/i,
        'The address of a Key Vault secret, such as https://contoso.vault.azure.net/secrets/name, with or without a version.',
      ),
  },
  // What is missing or unknown within it has words of its own.
  {
    error: ({ code, input }) => (code === 'invalid_type' && input !== undefined ? reference : undefined),
  },
);

const word = /^[A-Za-z_]\w{0,63}$/;
const wordMeans = 'A parameter’s name: up to 64 letters, digits and _, not beginning with a digit.';
const notOurs = (name: string) => !/^gm_/i.test(name);

/** The name of a parameter of a script, in PowerShell and in the environment of a shell alike. */
const parameterName = z
  .string()
  .regex(word, wordMeans)
  .refine(notOurs, 'Names that begin with gm_ are taken.')
  .refine(
    (name) =>
      !/^(?:PATH|HOME|SHELL|IFS|ENV|LD_\w+|PSModulePath|env|args|input|true|false|null|error)$/i.test(name),
    'This name means something to the shell already.',
  );

/** Values by the names of parameters; a name that cannot be one is refused in its place. */
export function byParameter<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value).superRefine((given, context) => {
    for (const name of Object.keys(given)) {
      const [issue] = parameterName.safeParse(name).error?.issues ?? [];
      if (issue) context.addIssue({ code: 'custom', path: [name], message: issue.message });
    }
  });
}

/** A plain parameter that is called a password is one. */
export function isSecretName(name: string): boolean {
  return /(?:password|passwd|passphrase|secret|api_?key|access_?key|account_?key|connection_?string|sas_?token|registration_?token)$/i.test(
    name,
  );
}

function isHttps(text: string): boolean {
  if (!URL.canParse(text) || /\s/.test(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  return protocol === 'https:' && hostname.includes('.') && hash === '';
}

function hasSignature(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, searchParams } = new URL(text);
  return (
    username !== '' ||
    password !== '' ||
    [...searchParams.keys()].some((name) => /^(?:sig|token|access_token|key|code)$/i.test(name))
  );
}
