import { correlationFields } from './correlation.ts';
import { AppError } from './errors.ts';

type Fields = Readonly<Record<string, unknown>> & { readonly id?: string };

/** One JSON line for each thing worth knowing, with what it was done for; the Functions host collects what the console is told. */
export const log = {
  info: (what: string, fields: Fields = {}) => console.log(line('info', what, fields)),
  warn: (what: string, fields: Fields = {}) => console.warn(line('warn', what, fields)),
  error: (what: string, fields: Fields = {}) => console.error(line('error', what, fields)),
};

function line(level: string, what: string, fields: Fields): string {
  const time = new Date().toISOString();
  return JSON.stringify({ time, level, what, ...correlationFields(), ...fields }, (name, value: unknown) => {
    if (secretNames.test(name)) return '***';
    if (value instanceof Error) return told(value);
    return typeof value === 'string' ? withoutSecrets(value) : value;
  });
}

const secretNames = /token|secret|password|authorization|accesskey|accountkey|connectionstring|protected/i;
const secretValues =
  /\b(sig|code|token|AccountKey|SharedAccessKey|SharedAccessSignature)=[^&;\s"']+|\bBearer\s+[\w.~+/-]+=*|\beyJ[\w-]+\.[\w-]+\.[\w-]*/gi;

/** The text with what looks like a key, a signature or a token taken out. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(secretValues, (_, name: string | undefined) => (name ? `${name}=***` : '***'));
}

function told(error: Error): object {
  const { name, message } = error;
  // What fails on purpose is known by its code; of a defect the place matters.
  return error instanceof AppError
    ? { name, code: error.code, message }
    : { name, message, stack: error.stack };
}
