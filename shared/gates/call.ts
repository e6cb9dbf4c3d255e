import { leadsOutside } from './address.ts';
import type { CallAnswer, CallSystem } from './ports.ts';

const timeoutMs = 10_000;
const mostCharacters = 20_000;

/** Posts to another system; never follows a redirect, and reads no more of the answer than a report takes. */
export const callSystem: CallSystem = async (url, key, body): Promise<CallAnswer> => {
  if (!url.startsWith('https://')) return refusal('its address is not https');
  try {
    // Whoever may put a gate may not reach what only this app can reach.
    if (!(await leadsOutside(url))) return refusal('its address leads to this machine or a private network');
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const isLong = Number(response.headers.get('content-length')) > mostCharacters;
    if (isLong) await response.body?.cancel();
    return { status: response.status, body: isLong ? '' : (await response.text()).slice(0, mostCharacters) };
  } catch {
    return { status: 0, body: '' }; // refused, unreachable, or too slow: all mean "later"
  }
};

function refusal(refused: string): CallAnswer {
  return { status: 0, body: '', refused };
}
