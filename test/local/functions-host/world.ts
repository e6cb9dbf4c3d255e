import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until the answer pleases; the last answer is in the error if it never does. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  pleases: (answer: T) => boolean,
  ms = 8000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > end) throw new Error(`never came about; at last: ${JSON.stringify(answer)}`);
    await pause(20);
  }
}

/** The JSON that a function answers to GET. */
export async function json<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  return (await (await fetch(url, { headers })).json()) as T;
}
