import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { percentile } from './figures.ts';

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Call {
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Target {
  readonly url: string;
  readonly key: string;
}

export interface Sender {
  /** So many callers at once, each posting again as soon as it is answered. Fails at the first answer but 202. */
  readonly run: (callers: number, seconds: number, call: (n: number) => Call) => Promise<Sample[]>;
  readonly close: () => void;
}

/** One request: how long it took. */
export type Sample = number;

export function openSender({ url, key }: Target): Sender {
  const agent = new Agent({ keepAlive: true });
  let sent = 0;
  const post = async ({ path, body, headers }: Call): Promise<number> => {
    const startedAt = performance.now();
    const asked = request(`${url}/api/${path}`, {
      agent,
      method: 'POST',
      headers: { 'x-functions-key': key, 'content-type': 'application/json', ...headers },
    });
    asked.end(JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const said = await text(response);
    if (response.statusCode !== 202) throw new Error(`${path} answered ${response.statusCode}: ${said}`);
    return performance.now() - startedAt;
  };
  return {
    async run(callers, seconds, call) {
      const until = performance.now() + seconds * 1000;
      const samples: Sample[] = [];
      const caller = async () => {
        while (performance.now() < until) {
          sent += 1;
          samples.push(await post(call(sent)));
        }
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return samples;
    },
    close: () => agent.destroy(),
  };
}

export function loadOf(samples: readonly Sample[], seconds: number): Load {
  return {
    perSecond: samples.length / seconds,
    p50Ms: percentile(samples, 0.5),
    p99Ms: percentile(samples, 0.99),
  };
}
