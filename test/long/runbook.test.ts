import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { truthAt } from '../../tools/demo/truth.ts';
import { type Call, callsOf, missing } from '../support/page.ts';

/** Pages whose every call is made, in order, in a local cloud of their own. */
const page = 'docs/runbook.md';
const patienceMs = 150_000;

let local: Local;
const kept = new Map<string, string>();

beforeAll(async () => {
  const fleet = { testHosts: 1, productionHosts: 3, people: 4 };
  local = await startLocal({ speed: 500, fleet, onLine: () => {} });
}, 60_000);
afterAll(async () => await local?.stop());

const filled = (text: string) =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => kept.get(name) ?? whole);

async function made({ method, path, headers, body }: Call) {
  const response = await fetch(`${local.url}/api${filled(path)}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

/** What of the page's answer is not in Goldsmith's. */
async function wrongWith(call: Call): Promise<string[]> {
  const late = Date.now() + (call.isUntil ? patienceMs : 0);
  for (;;) {
    const { status, answer } = await made(call);
    const wrong = [
      ...(status === call.status ? [] : [`${status} and not ${call.status}`]),
      ...(call.answer === undefined ? [] : missing(call.answer, answer, kept)),
    ];
    if (wrong.length === 0) return [];
    if (Date.now() >= late)
      return [`${call.method} ${call.path}`, ...wrong, JSON.stringify(answer).slice(0, 3000)];
    await sleep(300);
  }
}

describe(`every call of ${page}`, () => {
  for (const [index, call] of callsOf(page).entries()) {
    it(
      `${index + 1} ${call.under}: ${call.method} ${call.path}`,
      { timeout: patienceMs + 20_000 },
      async () => {
        expect(await wrongWith(call)).toEqual([]);
      },
    );
  }

  it('brings every host back in the end to the version before', async () => {
    for (const pool of ['hp-test', 'hp-production']) {
      const { hosts } = await truthAt(local).pool(pool);
      const wanted = pool === 'hp-production' ? '1.0.0' : '1.1.0';
      expect(hosts.map(({ imageVersion }) => imageVersion)).toEqual(hosts.map(() => wanted));
    }
  });
});
