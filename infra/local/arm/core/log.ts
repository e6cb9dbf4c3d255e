import type { Json } from './arm-error.ts';

/** One request to ARM, whole; only secrets are masked. */
export interface LoggedRequest {
  readonly n: number;
  /** Virtual time. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body?: unknown;
  /** What it was about, e.g. `Microsoft.Compute/virtualMachines/deallocate`; `unknown` when no route fits. */
  readonly type: string;
  /** 0 when the reply was lost on purpose. */
  readonly status: number;
  /** Real milliseconds. */
  readonly ms: number;
  readonly fault?: string | undefined;
  readonly code?: string | undefined;
}

const SECRETS = new Set([
  'token',
  'protectedparameters',
  'protectedsettings',
  'adminpassword',
  'runaspassword',
]);

/** Every request, in order of arrival, and how many there were of each kind. */
export class RequestLog {
  readonly #requests: LoggedRequest[] = [];

  add(request: Omit<LoggedRequest, 'n'>): void {
    const body = request.body === undefined ? {} : { body: masked(request.body) };
    this.#requests.push({ n: this.#requests.length + 1, ...request, ...body });
  }

  list(where: { since?: number; method?: string; path?: string } = {}): readonly LoggedRequest[] {
    const pattern = new RegExp(where.path ?? '', 'i');
    const method = where.method?.toUpperCase();
    return this.#requests
      .slice(where.since ?? 0)
      .filter((request) => (method === undefined || request.method === method) && pattern.test(request.path));
  }

  /** `{"PUT Microsoft.Compute/virtualMachines": 2, …}` and the total. */
  counts(): { total: number; byKind: Json } {
    const byKind: Record<string, number> = {};
    for (const { method, type } of this.#requests) {
      const kind = `${method} ${type}`;
      byKind[kind] = (byKind[kind] ?? 0) + 1;
    }
    return { total: this.#requests.length, byKind };
  }
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  // A shared access signature in an address is a password.
  if (typeof value === 'string') return value.replaceAll(/([?&]sig=)[^&\s"']+/g, '$1***');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRETS.has(key.toLowerCase()) ? '***' : masked(inner),
    ]),
  );
}
