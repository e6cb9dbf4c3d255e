import { z } from 'zod';
import type { Operation } from './document.ts';
import type { Received, Sent } from './wire.ts';

const body = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string().regex(/\S/),
    target: z.string().optional(),
    details: z
      .array(z.strictObject({ code: z.string(), message: z.string(), target: z.string().optional() }))
      .optional(),
    remedy: z.string().regex(/\S/),
  }),
});

/** What the host answers by itself, without a body, before the app is asked. */
const ofHost = new Set([400, 401, 404, 413, 414, 431]);

/** What is wrong with an answer; undefined if nothing is. */
export function complaintAbout(
  { responses }: Operation,
  { flaw }: Sent,
  { status, headers, body: text }: Received,
): string | undefined {
  if (headers['x-ms-request-id'] === undefined) {
    if (ofHost.has(status) && text === '') return undefined;
    return `${status} without a request id`;
  }
  const declared = responses[String(status)];
  if (!declared) return `${status} ${codeIn(text)} is not declared`;
  if (status < 400) return flaw === undefined ? undefined : `${status} although it was flawed: ${flaw}`;
  const codes = declared['x-codes'];
  // A probe is told by its status.
  if (status === 503 && codes === undefined) return undefined;
  return complaintAboutRefusal(status, headers['x-ms-error-code'], text, codes);
}

function complaintAboutRefusal(
  status: number,
  header: unknown,
  text: string,
  codes: readonly string[] = ['Unauthenticated'],
): string | undefined {
  const read = z.safeParse(body, parsed(text));
  if (!read.success) return `${status} with a body of another shape`;
  const { code } = read.data.error;
  if (header !== code) return `${code} is not what the header says`;
  if (status >= 500 && status !== 503) return `${status} ${code}`;
  return codes.includes(code) ? undefined : `${status} ${code} is not declared`;
}

export function codeIn(text: string): string {
  const { data } = z.safeParse(z.object({ error: z.object({ code: z.string() }) }), parsed(text));
  return data?.error.code ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
