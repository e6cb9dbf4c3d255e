import { Agent, request } from 'node:http';

/** What goes onto the wire: no client in between that would tidy it up. */
export interface Sent {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly isChunked?: boolean;
  /** What is certainly wrong with it; undefined where nothing need be. */
  readonly flaw?: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Sends it as it is. */
export async function sendTo(
  url: string,
  { method, path, headers, body, isChunked }: Sent,
): Promise<Received> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const length = body && !isChunked ? { 'content-length': String(body.length) } : {};
  const asked = request(
    { agent, hostname, port, method, path, headers: { ...length, ...headers }, timeout: 30_000 },
    (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('error', reject)
        .once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
    },
  );
  asked.once('error', reject).once('timeout', () => asked.destroy(new Error('no answer within 30 s')));
  if (isChunked) asked.setHeader('transfer-encoding', 'chunked');
  asked.end(body);
  return await promise;
}

/** Lets go of the connections that are kept. */
export function hangUp(): void {
  agent.destroy();
}
