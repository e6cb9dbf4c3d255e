import { HttpRequest, type HttpResponseInit, InvocationContext } from '@azure/functions';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { answer, bodyAs } from '../../shared/http.ts';
import { log } from '../../shared/log.ts';

type Sent = Readonly<Record<string, string>>;

/** What a request with that body and those headers is answered; the handler asks for a name. */
async function asked(body: string | undefined, headers: Sent = {}): Promise<HttpResponseInit> {
  const request = new HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/things',
    headers,
    ...(body !== undefined && { body: { bytes: Buffer.from(body, 'latin1') } }),
  });
  const handle = answer(async (one) => ({
    jsonBody: await bodyAs(one, z.strictObject({ name: z.string() })),
  }));
  const context = new InvocationContext({ invocationId: 'id-1', functionName: 'x' });
  return (await handle(request, context)) ?? {};
}
const json = { 'content-type': 'application/json' };
const refused = ({ status, jsonBody }: HttpResponseInit) => {
  const { code, target } = (jsonBody as { error: { code: string; target: string } }).error;
  return { status, code, target };
};

describe('a body', () => {
  it('is JSON in UTF-8, whatever kind of JSON it is said to be', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
      'application/merge-patch+json',
    ]) {
      const said = await asked('{"name":"\xc3\xa4"}', { 'content-type': type });
      expect(said.jsonBody).toEqual({ name: 'ä' });
    }
  });

  it('of another type is refused, and so is one that is compressed, or says nothing of itself', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
    ]) {
      const said = refused(await asked('{"name":"a"}', { 'content-type': type }));
      expect(said).toEqual({ status: 415, code: 'UnsupportedMediaType', target: 'Content-Type' });
    }
    expect(refused(await asked('{"name":"a"}'))).toMatchObject({ target: 'Content-Type' });
    const said = refused(await asked('{"name":"a"}', { ...json, 'content-encoding': 'gzip' }));
    expect(said).toEqual({ status: 415, code: 'UnsupportedMediaType', target: 'Content-Encoding' });
  });

  it('that is said to be too large is refused before it is read, and one that is, afterwards', async () => {
    const tooLarge = { status: 413, code: 'BodyTooLarge', target: 'body' };
    expect(refused(await asked('', { ...json, 'content-length': '1000001' }))).toEqual(tooLarge);
    expect(refused(await asked(`{"name":"${'\xc3\xa4'.repeat(500_000)}"}`, json))).toEqual(tooLarge);
  });

  it('that came in chunks, of which the host hands over nothing, is missed', async () => {
    const said = refused(await asked(undefined, { ...json, 'transfer-encoding': 'chunked' }));
    expect(said).toEqual({ status: 411, code: 'LengthRequired', target: 'Content-Length' });
  });

  it('that is needed and not there is missed by name', async () => {
    expect((await asked(undefined)).jsonBody).toMatchObject({
      error: { message: expect.stringMatching(/^There is no body/), details: [{ target: 'name' }] },
    });
  });

  it('that is not UTF-8 is not JSON', async () => {
    expect(refused(await asked('{"name":"\xff"}', json))).toMatchObject({ code: 'MalformedJson' });
  });
});

describe('every answer', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('says the id of the request, and the ids that came with it', async () => {
    const sent = { ...json, traceparent, 'x-ms-client-request-id': 'pipeline-7.a' };
    const ids = { 'x-ms-request-id': 'id-1', 'x-ms-client-request-id': 'pipeline-7.a', traceparent };
    expect((await asked('{"name":"a"}', sent)).headers).toEqual(ids);
    expect((await asked('{', sent)).headers).toMatchObject({ ...ids, 'x-ms-error-code': 'MalformedJson' });
  });

  it('leaves out ids that are none', async () => {
    for (const sent of [
      { 'x-ms-client-request-id': 'a b' },
      { 'x-ms-client-request-id': 'a'.repeat(129) },
      { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
      { traceparent: 'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    ]) {
      const { headers } = await asked('{"name":"a"}', { ...json, ...sent });
      expect(headers).toEqual({ 'x-ms-request-id': 'id-1' });
    }
  });

  it('is found by its ids in what was logged meanwhile, and only there', async () => {
    const lines: string[] = [];
    const { log: before } = console;
    console.log = (line: string) => lines.push(line);
    onTestFinished(() => {
      console.log = before;
    });
    const headers = { traceparent, 'x-ms-client-request-id': 'c' };
    const request = new HttpRequest({ method: 'GET', url: 'http://localhost/api/things', headers });
    const handle = answer(async () => {
      await Promise.resolve();
      log.info('looked');
      return {};
    });
    await handle(request, new InvocationContext({ invocationId: 'id-1', functionName: 'x' }));
    log.info('later');
    const trace = traceparent.split('-')[1];
    const time: unknown = expect.any(String);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      {
        time,
        level: 'info',
        what: 'looked',
        function: 'x',
        invocation: 'id-1',
        request: 'id-1',
        clientRequest: 'c',
        trace,
      },
      { time, level: 'info', what: 'later' },
    ]);
  });
});
