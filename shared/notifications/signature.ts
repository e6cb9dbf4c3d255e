import { createHmac } from 'node:crypto';
import type { Instant } from '../instant.ts';

const prefix = 'whsec_';

/** A key as Standard Webhooks writes it, of 32 bytes that nobody can guess. */
export function signingKey(bytes: Buffer): string {
  return `${prefix}${bytes.toString('base64')}`;
}

/**
 * The headers of Standard Webhooks 1.0: by them a receiver knows who sent it, when, and whether he has it already.
 * While two keys are valid there are two signatures, so that the receiver may change keys when it suits him.
 */
export function signed(
  id: string,
  at: Instant,
  body: string,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.parse(at) / 1000));
  const signatures = keys.map((key) => {
    const secret = Buffer.from(key.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}
