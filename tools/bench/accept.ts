import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from '../../infra/local/local.ts';
import { queueNames } from '../../shared/operations/queues.ts';
import { apiAt } from '../demo/api.ts';
import { type Load, loadOf, openSender, type Sample } from './load.ts';

const here = import.meta.dirname;
const example = (name: string) =>
  JSON.parse(readFileSync(join(here, `../../examples/${name}.json`), 'utf8')) as Record<string, unknown>;

/** Requests are spread over so many image sets: numbers of one set are issued one after another, on purpose. */
const imageSets = 64;
/** So many that neither leaves a processor idle: what waits meanwhile is what can be saved together. */
const callers = 32;
const roundSeconds = 2;
/** One round differs from the next by a tenth. */
const rounds = 6;
const workers = [...queueNames, 'sweep'];

/** With one caller at a time, for the time an answer takes, and with many, for how much goes through. */
export interface Acceptance {
  readonly callers: number;
  readonly goldsmith: { readonly alone: Load; readonly crowd: Load };
  readonly bare: { readonly alone: Load; readonly crowd: Load };
}

/**
 * POST of a version against a bare function in the same host, turn and turn about. The functions that would
 * work on what was accepted are switched off: in Azure they run on machines of their own.
 */
export async function measureAcceptance(): Promise<Acceptance> {
  const local = await startLocal({
    app: join(here, 'app'),
    settings: Object.fromEntries(workers.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
  });
  const sender = openSender({ url: local.url, key: local.keys.host });
  try {
    const api = apiAt({ url: local.url, key: local.keys.host });
    const { definition, ...rest } = example('image-set') as { definition: object };
    for (let n = 0; n < imageSets; n += 1) {
      const name = `set-${n}`;
      await api.put(`image-sets/${name}`, { ...rest, definition: { ...definition, name } });
    }
    const body = example('version');
    const version = (n: number) => ({
      path: `image-sets/set-${n % imageSets}/versions`,
      body,
      headers: { 'idempotency-key': `request-${n}` },
    });
    const bare = () => ({ path: 'bare', body });
    await sender.run(callers, 1, version);
    await sender.run(callers, 1, bare);
    const inTurn = async (callers: number) => {
      const samples: Record<'goldsmith' | 'bare', Sample[]> = { goldsmith: [], bare: [] };
      for (let round = 0; round < rounds; round += 1) {
        samples.goldsmith.push(...(await sender.run(callers, roundSeconds, version)));
        samples.bare.push(...(await sender.run(callers, roundSeconds, bare)));
      }
      const seconds = rounds * roundSeconds;
      return { goldsmith: loadOf(samples.goldsmith, seconds), bare: loadOf(samples.bare, seconds) };
    };
    const [alone, crowd] = [await inTurn(1), await inTurn(callers)];
    return {
      callers,
      goldsmith: { alone: alone.goldsmith, crowd: crowd.goldsmith },
      bare: { alone: alone.bare, crowd: crowd.bare },
    };
  } finally {
    sender.close();
    await local.stop();
  }
}
