import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, DataRequest, LocalRoute, Provider } from '../core/provider.ts';
import { shown } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { accountOf, ACCOUNT_TYPE, addBlob, findBlob, listBlobs, type Blob, type NewBlob } from './blobs.ts';

const API_VERSIONS = ['2023-05-01', '2024-01-01', '2025-01-01'];

/** Blob Storage, as far as one asks what a blob is before a disk is made from it. */
export function storageProvider(world: World): Provider {
  const path = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${ACCOUNT_TYPE}/{accountName}`;
  const get = (call: Call): Answer => ({ status: 200, body: shown(world.resources.require(call.path)) });
  return {
    routes: [{ method: 'GET', path, apiVersion: API_VERSIONS, handle: get }],
    data: [{ name: 'blob', handle: (request) => ask(world, request) }],
    local: localRoutes(world),
  };
}

function localRoutes(world: World): LocalRoute[] {
  return [
    {
      method: 'GET',
      path: '/local/blobs',
      handle: () => ({ status: 200, body: { value: listBlobs(world).map(told) } }),
    },
    {
      method: 'POST',
      path: '/local/blobs',
      handle: ({ body }) => {
        const given = (body ?? {}) as NewBlob;
        if (typeof given.uri !== 'string' || !accountOf(world, given.uri) || !(given.sizeBytes >= 0)) {
          throw new ArmError(
            400,
            'InvalidBlob',
            'A blob has a uri in a storage account that exists, and sizeBytes.',
          );
        }
        return { status: 201, body: told(addBlob(world, given)) };
      },
    },
  ];
}

function told({ content, ...blob }: Blob): object {
  const { facts: _, ...os } = content ?? {};
  return { ...blob, ...(content && { os }) };
}

/**
 * "Get Blob Properties". Only HEAD is known: nobody here needs a disk's bytes. Any bearer token will do, and
 * so will a shared access signature.
 */
function ask(world: World, { method, host, path, query, headers }: DataRequest): Answer | undefined {
  const uri = `https://${host.toLowerCase()}${path}`;
  if (!accountOf(world, uri)) return undefined; // such a host has no address
  const refuse = (status: number, code: string, message: string): Answer =>
    refusal(method, status, code, message);
  if (headers['x-ms-version'] === undefined && headers.authorization !== undefined) {
    return refuse(
      400,
      'InvalidHeaderValue',
      'The value for one of the HTTP headers is not in the correct format.',
    );
  }
  if (headers.authorization === undefined && !query.has('sig')) {
    const answer = refuse(
      401,
      'NoAuthenticationInformation',
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
    );
    const challenge =
      'Bearer authorization_uri=https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/authorize ' +
      'resource_id=https://storage.azure.com';
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } };
  }
  if (headers.authorization !== undefined && !/^Bearer \S/i.test(headers.authorization)) {
    return refuse(403, 'AuthenticationFailed', 'Server failed to authenticate the request.');
  }
  if (method !== 'HEAD')
    return refuse(405, 'UnsupportedHttpVerb', 'The resource does not support this verb.');
  const blob = findBlob(world, uri);
  if (!blob) return refuse(404, 'BlobNotFound', 'The specified blob does not exist.');
  return {
    status: 200,
    headers: {
      'content-length': String(blob.sizeBytes),
      'content-type': 'application/octet-stream',
      'x-ms-blob-type': blob.kind,
      'x-ms-version': String(headers['x-ms-version'] ?? ''),
      'x-ms-lease-status': 'unlocked',
      'x-ms-lease-state': 'available',
      'x-ms-server-encrypted': 'true',
      'last-modified': new Date(blob.lastModified).toUTCString(),
      etag: blob.etag,
      ...(blob.kind === 'PageBlob' && { 'x-ms-blob-sequence-number': '0' }),
    },
  };
}

function refusal(method: string, status: number, code: string, message: string): Answer {
  const headers = { 'x-ms-error-code': code, 'content-type': 'application/xml' };
  if (method === 'HEAD') return { status, headers };
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers, body };
}
