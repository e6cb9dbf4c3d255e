import { postOutside } from '../outbound.ts';
import type { CallAnswer, CallSystem } from './ports.ts';

/** Posts to another system, once; the key makes a second call the same call. */
export const callSystem: CallSystem = async (url, key, body): Promise<CallAnswer> => {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': key };
  const { retryAfterSeconds: _, ...answer } = await postOutside({
    url,
    headers,
    body: JSON.stringify(body),
  });
  return answer;
};
