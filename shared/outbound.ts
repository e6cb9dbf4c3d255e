import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isInside, isPublic } from './public-address.ts';

/** What another system answered. `status` 0: nobody did, and later somebody may. */
export interface OutboundAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds?: number;
  /** Nobody was asked, and nobody would be if this were tried again. */
  readonly refused?: string;
}

export interface Outbound {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Receivers on this machine or in a private network, and without TLS: in a local cloud only. */
  readonly allowPrivate?: boolean;
}

const timeoutMs = 10_000;
const mostBytes = 20_000;
const leadsInside = 'its address leads to this machine or a private network';

class LeadsInside extends Error {}

/**
 * Posts to another system: never follows a redirect, reads no more than it needs, and throws nothing. Whoever names
 * the address may not reach what only this app can reach, so the name is looked up once, judged, and what was judged
 * is what is connected to: a name that leads elsewhere a moment later gains nothing.
 */
export async function postOutside(asked: Outbound): Promise<OutboundAnswer> {
  const { url, allowPrivate = false } = asked;
  if (!allowPrivate) {
    if (!url.startsWith('https://')) return refusal('its address is not https');
    if (isInside(url)) return refusal(leadsInside);
  }
  try {
    return await post(asked, allowPrivate);
  } catch (error) {
    if (error instanceof LeadsInside) return refusal(leadsInside);
    return { status: 0, body: '' }; // refused, unreachable, or too slow: all mean "later"
  }
}

/** A look-up that lets a connection go nowhere but out. */
export const outward: LookupFunction = (name, options, done) => {
  lookUp(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return done(error, []);
    const isOut = found.length > 0 && found.every(({ address }) => isPublic(address));
    if (!isOut) return done(new LeadsInside(leadsInside), []);
    const [first] = found;
    return options.all ? done(null, found) : done(null, first?.address ?? '', first?.family);
  });
};

async function post({ url, headers, body }: Outbound, allowPrivate: boolean): Promise<OutboundAnswer> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const length = String(Buffer.byteLength(body));
    const sent: ClientRequest = request(url, {
      method: 'POST',
      signal,
      agent: false,
      headers: { ...headers, 'content-length': length },
      ...(!allowPrivate && { lookup: outward }),
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      answerOf(response).then(resolve, reject);
    });
    sent.end(body);
  });
}

async function answerOf(response: IncomingMessage): Promise<OutboundAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) break; // which ends the connection
  }
  const status = response.statusCode ?? 0;
  const wait = secondsOf(response.headers['retry-after']);
  const body = size > mostBytes ? '' : Buffer.concat(chunks).toString();
  return { status, body, ...(wait > 0 && { retryAfterSeconds: wait }) };
}

/** Seconds, or a date. */
function secondsOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.ceil(seconds);
  return Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000) || 0;
}

function refusal(refused: string): OutboundAnswer {
  return { status: 0, body: '', refused };
}
