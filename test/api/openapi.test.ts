import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../shared/api/endpoint.ts';
import { examples } from '../../shared/api/examples.ts';
import { openApi } from '../../shared/api/openapi.ts';
import { kinds } from '../../shared/error-kinds.ts';

let document: ReturnType<typeof openApi>;
const root = join(import.meta.dirname, '../..');

beforeAll(async () => {
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
  document = openApi(endpoints(), 'https://goldsmith.example/api');
});

describe('the API document', () => {
  it('has every parameter of every path', () => {
    for (const { name, route, path = {} } of endpoints()) {
      const named = [...route.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect({ name, parameters: Object.keys(path) }).toEqual({ name, parameters: named });
    }
  });

  it('can be made, and says of each operation who may ask and what it answers', () => {
    for (const [, path] of Object.entries(document.paths ?? {})) {
      for (const operation of Object.values(path)) {
        expect(operation).toMatchObject({ operationId: expect.any(String), 'x-role': expect.any(String) });
      }
    }
  });

  it('says each refusal once, and of what takes long where that is watched', () => {
    const all = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path as object));
    for (const { operationId, responses } of all as { operationId: string; responses: object }[]) {
      const inline = Object.values(responses).filter((one) => 'x-codes' in (one as object));
      expect({ operationId, inline }).toEqual({ operationId, inline: [] });
      const { 202: accepted } = responses as { 202?: { headers: object } };
      if (accepted) expect(Object.keys(accepted.headers)).toContain('Operation-Location');
    }
  });

  it('is OpenAPI 3.1, as somebody else reads that', async () => {
    // As it is sent: what is undefined is not.
    const found = await new Validator().validate(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    );
    expect(found).toEqual({ valid: true });
  });

  it('shows an example of every body that is needed', () => {
    const all = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path as object));
    const bare = (all as { operationId: string; requestBody?: { required: boolean; content: object } }[])
      .filter(({ requestBody }) => requestBody?.required)
      .filter(({ requestBody }) => !('examples' in Object.values(requestBody?.content ?? {})[0]));
    expect(bare.map(({ operationId }) => operationId)).toEqual([]);
  });

  it('shows examples that their endpoints take', () => {
    const byName = new Map(endpoints().map((one) => [one.name, one]));
    for (const [name, shown] of Object.entries(examples)) {
      for (const [title, body] of Object.entries(shown)) {
        const result = byName.get(name)?.body?.safeParse(body);
        expect({ name, title, isTaken: result?.success }).toEqual({ name, title, isTaken: true });
      }
    }
  });
});

describe('docs/api.md', () => {
  it('lists every code, its status and its remedy (UPDATE=1 writes it anew)', () => {
    const page = join(root, 'docs/api.md');
    const text = readFileSync(page, 'utf8');
    const lines = Object.entries(kinds)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(
        ([code, { httpStatus, retryable, remedy }]) =>
          `| \`${code}\` | ${httpStatus} | ${retryable ? 'yes' : ''} | ${remedy.replaceAll('|', '\\|')} |`,
      );
    const table = ['| code | status | again | what to do |', '|---|---|---|---|', ...lines].join('\n');
    const block = /(<!-- codes -->\n)[\s\S]*(<!-- end of codes -->)/;
    expect(text).toMatch(block);
    const written = text.replace(block, (_, opens: string, closes: string) => `${opens}${table}\n${closes}`);
    if (process.env['UPDATE']) writeFileSync(page, written);
    else expect(text).toBe(written);
  });
});
