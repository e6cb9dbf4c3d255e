import type { Answer, Post } from './deliver.ts';
import { teamsMessage } from './teams.ts';

const timeoutMs = 10_000;

/** Posts to the webhook of each receiver; never follows a redirect, and never tells where it posted to. */
export function postToWebhooks(webhooks: { readonly teams: string | undefined }, publicUrl: string): Post {
  return async ({ what, receiver }, id) => {
    const url = webhooks[receiver];
    if (url === undefined) return { status: 410 };
    return await post(url, id, teamsMessage(what, publicUrl));
  };
}

async function post(url: string, id: string, body: unknown): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json', 'webhook-id': id },
      body: JSON.stringify(body),
    });
    await response.body?.cancel();
    const wait = Number(response.headers.get('retry-after'));
    return { status: response.status, ...(wait > 0 && { retryAfterSeconds: wait }) };
  } catch {
    return { status: 0 }; // refused, unreachable, or too slow: all mean "later"
  }
}
