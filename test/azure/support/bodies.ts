import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Sent } from './cloud.ts';

interface Finding {
  readonly level: string;
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

interface Validator {
  readonly loadTypes: () => unknown;
  readonly validate: (
    types: unknown,
    type: string,
    apiVersion: string,
    body: unknown,
    how: { patch: boolean },
  ) => readonly Finding[];
}

const file = join(import.meta.dirname, '../../../../shared/arm-types/validate-arm-body.mjs');

/**
 * Holds every body that was PUT or PATCHed against Azure's own types, which lie beside this repository and
 * not in it. Answers what is wrong and how many were held; undefined where the types are not there.
 */
export async function wrongBodies(sent: readonly Sent[]) {
  if (!existsSync(file)) {
    console.warn(`Not checked: Azure's types are not at ${file}, so no body was held against them.`);
    return undefined;
  }
  const { loadTypes, validate } = (await import(pathToFileURL(file).href)) as Validator;
  const types = loadTypes();
  const written = sent.filter(({ method }) => method === 'PUT' || method === 'PATCH');
  const wrong = written.flatMap(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url);
    const type = typeOf(pathname);
    return validate(types, type, searchParams.get('api-version') ?? '', body, { patch: method === 'PATCH' })
      .filter(({ level }) => level === 'error')
      .map(({ path, rule, message }) => `${method} ${type}: ${path}: ${rule}: ${message}`);
  });
  return { held: written.length, wrong: [...new Set(wrong)] };
}

function typeOf(path: string): string {
  const [provider = '', ...rest] = path.split('/providers/').at(-1)?.split('/') ?? [];
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join('/');
}
