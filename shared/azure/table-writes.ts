import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import type { Sent } from './table-entity.ts';

/** One row to write: made new, in place of whatever is there, or in place of what an ETag is of. */
export interface Action {
  readonly how: 'create' | 'replace-any' | { readonly onlyIf: string };
  readonly row: Sent;
}

const lines = '\r\n';
/** No two need differ: a text within JSON never begins a line. */
const [batch, changeset] = ['batch_rows', 'changeset_rows'];
/** As the SDK says it. */
const version = { 'x-ms-version': '2019-02-02' };

/**
 * Writes rows through the client's own pipeline: its credential, its retries. Only what is sent is put together here:
 * the SDK makes a client for each transaction, and takes every row of it through all layers of a request of its own,
 * which costs several times what the row itself does. Answers the ETags, in the order of the rows.
 */
export async function submit(
  client: TableClient,
  httpClient: HttpClient,
  actions: readonly Action[],
): Promise<readonly (string | undefined)[]> {
  const [base = '', sas] = client.url.split('?');
  const account = base.replace(/\/$/, '');
  const table = `${account}/${client.tableName}`;
  const [first, ...others] = actions;
  if (!first) return [];
  // One row alone is cheaper without the envelope of a transaction.
  const { path, ...what } =
    others.length === 0 ? alone(table, first) : { path: `${account}/$batch`, ...envelope(table, actions) };
  const request = createPipelineRequest({
    ...what,
    url: sas === undefined ? path : `${path}?${sas}`,
    allowInsecureConnection: table.startsWith('http:'),
  });
  const response = await client.pipeline.sendRequest(httpClient, request);
  const { status, bodyAsText, headers } = response;
  if (status < 200 || status >= 300) throw refusal(status, bodyAsText ?? '', request, response);
  return others.length === 0 ? [headers.get('etag')] : etagsIn(bodyAsText ?? '', request, response);
}

type Wanted = Required<Pick<PipelineRequest, 'method' | 'headers'>> & { readonly body: string };

function alone(table: string, action: Action): Wanted & { readonly path: string } {
  const { method, path, guard } = placeOf(table, action);
  const headers = createHttpHeaders({
    ...version,
    dataserviceversion: '3.0',
    'content-type': 'application/json',
    accept: 'application/json;odata=minimalmetadata',
    ...guard,
  });
  return { method, path, headers, body: action.row.json };
}

function envelope(table: string, actions: readonly Action[]): Wanted {
  const headers = createHttpHeaders({
    ...version,
    'content-type': `multipart/mixed; boundary=${batch}`,
    accept: 'application/json',
    'accept-charset': 'UTF-8',
    dataserviceversion: '3.0;',
    maxdataserviceversion: '3.0;NetFx',
  });
  const begin = `--${batch}${lines}content-type: multipart/mixed; boundary=${changeset}${lines}${lines}`;
  const parts = actions.map((action) => part(table, action)).join('');
  return {
    method: 'POST',
    headers,
    body: `${begin}${parts}--${changeset}--${lines}--${batch}--${lines}`,
  };
}

const partBegins = [
  `--${changeset}`,
  'content-type: application/http',
  'content-transfer-encoding: binary',
  '',
  '',
].join(lines);
const partHeaders = [
  ' HTTP/1.1',
  'content-type: application/json',
  'accept: application/json;odata=minimalmetadata',
  'dataserviceversion: 3.0',
  '',
].join(lines);

function part(table: string, action: Action): string {
  const { method, path, guard } = placeOf(table, action);
  const guards = Object.entries(guard).map(([name, value]) => `${name}: ${value}${lines}`);
  return `${partBegins}${method} ${path}${partHeaders}${guards.join('')}${lines}${action.row.json}${lines}`;
}

function placeOf(table: string, { how, row }: Action) {
  if (how === 'create') {
    return { method: 'POST', path: table, guard: { prefer: 'return-no-content' } } as const;
  }
  const path = `${table}(PartitionKey='${inPath(row.partitionKey)}',RowKey='${inPath(row.rowKey)}')`;
  return { method: 'PUT', path, guard: how === 'replace-any' ? {} : { 'if-match': how.onlyIf } } as const;
}

function inPath(key: string): string {
  return encodeURIComponent(key.replaceAll("'", "''"));
}

/** Where one of them is refused, the answer is that one refusal. */
function etagsIn(
  text: string,
  request: PipelineRequest,
  response: PipelineResponse,
): readonly (string | undefined)[] {
  const parts = text.split('--changesetresponse_').slice(1, -1);
  return parts.map((one) => {
    const status = Number(/HTTP\/1\.1 (\d+)/.exec(one)?.[1]);
    if (!(status < 300)) throw refusal(status, one, request, response);
    return /^etag: (.*?)\r?$/im.exec(one)?.[1];
  });
}

function refusal(status: number, text: string, request: PipelineRequest, response: PipelineResponse): Error {
  const { code, message } = errorIn(text) ?? {};
  return new RestError(message?.value ?? `The tables answered ${status}`, {
    ...(code !== undefined && { code }),
    statusCode: status,
    request,
    response,
  });
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
