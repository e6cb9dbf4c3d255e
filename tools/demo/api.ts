import { setTimeout as sleep } from 'node:timers/promises';

/** Goldsmith as any client sees it: JSON over HTTP with a function key. */
export interface Api {
  readonly get: <T>(path: string) => Promise<T>;
  /** What is to be is to be, whatever is there. */
  readonly put: <T>(path: string, body: unknown) => Promise<T>;
  readonly post: <T>(path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<T>;
}

/** What Goldsmith answered instead of what was asked for. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(`${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

interface Access {
  readonly url: string;
  readonly key: string;
  /** For how long a request that got no answer, or that may be asked again, is repeated. */
  readonly patienceMs?: number;
  /** Ends all patience. */
  readonly signal?: AbortSignal;
}

/**
 * A client with some patience: an app that is being restarted is asked again. So whatever is posted through it
 * must be repeatable.
 */
export function apiAt({ url, key, patienceMs = 20_000, signal }: Access): Api {
  const once = async (method: string, path: string, body: unknown, headers: object): Promise<unknown> => {
    const response = await fetch(`${url}/api/${path}`, {
      method,
      headers: { 'x-functions-key': key, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    const { code, message } = errorIn(text);
    throw new Refused(response.status, code, message);
  };
  const ask = async <T>(method: string, path: string, body?: unknown, headers = {}): Promise<T> => {
    const until = Date.now() + patienceMs;
    for (;;) {
      signal?.throwIfAborted();
      try {
        return (await once(method, path, body, headers)) as T;
      } catch (error) {
        const isFinal = error instanceof Refused && error.status < 500;
        if (isFinal || Date.now() >= until) throw error;
        await sleep(100);
      }
    }
  };
  return {
    get: (path) => ask('GET', path),
    async put(path, body) {
      try {
        return await ask('PUT', path, body);
      } catch (error) {
        if (!(error instanceof Refused && error.status === 428)) throw error;
        return await ask('PUT', path, body, { 'if-match': '*' });
      }
    },
    post: (path, body, headers) => ask('POST', path, body, headers),
  };
}

function errorIn(text: string): { code: string; message: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: string; message?: string } };
    return { code: error?.code ?? 'Unknown', message: error?.message ?? text };
  } catch {
    return { code: 'Unknown', message: text };
  }
}
