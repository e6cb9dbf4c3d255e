import { randomUUID } from 'node:crypto';
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import { type KeyedEntity, onTheWire } from './table-entity.ts';

/** One row of a transaction: made new, replaced whatever is there, or replaced where it is still the one of an ETag. */
export interface Action {
  readonly how: 'create' | 'replace-any' | { readonly onlyIf: string };
  readonly entity: KeyedEntity;
}

const lines = '\r\n';

/**
 * Sends an entity group transaction through the client's own pipeline: its credential, its retries. Only the envelope
 * is ours: the SDK makes a client for each transaction and takes every row through all layers of a request of its own,
 * which costs several times what the row itself does. Answers the ETags, in the order of the rows.
 */
export async function submitTransaction(
  client: TableClient,
  httpClient: HttpClient,
  actions: readonly Action[],
): Promise<readonly (string | undefined)[]> {
  const id = randomUUID();
  const [base = '', sas] = client.url.split('?');
  const account = base.replace(/\/$/, '');
  const at = `${account}/${client.tableName}`;
  const request = createPipelineRequest({
    url: `${account}/$batch${sas === undefined ? '' : `?${sas}`}`,
    method: 'POST',
    headers: createHttpHeaders({
      accept: 'application/json',
      'accept-charset': 'UTF-8',
      'x-ms-version': '2019-02-02',
      dataserviceversion: '3.0;',
      maxdataserviceversion: '3.0;NetFx',
      'content-type': `multipart/mixed; boundary=batch_${id}`,
    }),
    body: envelope(id, at, actions),
    allowInsecureConnection: at.startsWith('http:'),
  });
  return etagsIn(request, await client.pipeline.sendRequest(httpClient, request));
}

function envelope(id: string, at: string, actions: readonly Action[]): string {
  const parts = actions.map(
    (action) =>
      `--changeset_${id}${lines}content-type: application/http${lines}` +
      `content-transfer-encoding: binary${lines}${lines}${part(at, action)}${lines}`,
  );
  return (
    `--batch_${id}${lines}content-type: multipart/mixed; boundary=changeset_${id}${lines}${lines}` +
    `${parts.join('')}--changeset_${id}--${lines}--batch_${id}--${lines}`
  );
}

function part(at: string, { how, entity }: Action): string {
  const { partitionKey, rowKey } = entity;
  const body = JSON.stringify(onTheWire(entity));
  const common = `HTTP/1.1${lines}content-type: application/json${lines}accept: application/json;odata=minimalmetadata${lines}dataserviceversion: 3.0${lines}`;
  if (how === 'create') return `POST ${at} ${common}prefer: return-no-content${lines}${lines}${body}`;
  const keys = `PartitionKey='${inPath(partitionKey)}',RowKey='${inPath(rowKey)}'`;
  const guard = how === 'replace-any' ? '' : `if-match: ${how.onlyIf}${lines}`;
  return `PUT ${at}(${keys}) ${common}${guard}${lines}${body}`;
}

function inPath(key: string): string {
  return encodeURIComponent(key.replaceAll("'", "''"));
}

/** Fails as a whole: what is answered is then the one row that was refused. */
function etagsIn(request: PipelineRequest, response: PipelineResponse): readonly (string | undefined)[] {
  const { status, bodyAsText } = response;
  const told = bodyAsText ?? '';
  if (status < 200 || status >= 300) throw refusal(status, told, request, response);
  return told
    .split('--changesetresponse_')
    .slice(1, -1)
    .map((one) => {
      const of = Number(/HTTP\/1\.1 (\d+)/.exec(one)?.[1]);
      if (!(of < 300)) throw refusal(of, one, request, response);
      return /^etag: (.*?)\r?$/im.exec(one)?.[1];
    });
}

function refusal(status: number, text: string, request: PipelineRequest, response: PipelineResponse): Error {
  const said = errorIn(text);
  const message = said?.message?.value ?? `The transaction was answered with ${status}`;
  const code = said?.code === undefined ? {} : { code: said.code };
  return new RestError(message, { ...code, statusCode: status, request, response });
}

function errorIn(text: string) {
  const json = /\{.*\}/s.exec(text)?.[0];
  try {
    const body = JSON.parse(json ?? '{}') as { readonly 'odata.error'?: unknown };
    return body['odata.error'] as
      | { readonly code?: string; readonly message?: { readonly value?: string } }
      | undefined;
  } catch {
    return undefined;
  }
}
