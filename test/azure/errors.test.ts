import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { asking, finding } from '../../shared/azure/errors.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';

const request = createPipelineRequest({
  url: 'https://management.azure.com/x',
  headers: createHttpHeaders({ authorization: 'Bearer geheim' }),
});

function refusal(
  statusCode: number,
  code: string,
  message = '',
  headers: Record<string, string> = {},
): RestError {
  const response = { request, status: statusCode, headers: createHttpHeaders(headers) };
  const error = new RestError(message, { statusCode, code, request, response });
  error.details = { error: { code, message } };
  return error;
}

async function translated(error: unknown): Promise<AppError> {
  try {
    await asking('VM gm-1', () => {
      throw error as Error;
    });
  } catch (found) {
    if (found instanceof AppError) return found;
    throw found;
  }
  throw new Error('nothing was refused');
}

const generation =
  "The resource with id '/x' has a different Hypervisor generation ['V1'] than the parent gallery image Hypervisor generation ['V2']";

describe('what Azure says', () => {
  it.each<[title: string, error: unknown, code: ErrorCode]>([
    ['a throttle waits', refusal(429, 'TooManyRequests'), 'Throttled'],
    [
      'a concurrent request waits',
      refusal(409, 'Conflict', 'The request failed due to conflict with a concurrent request.'),
      'AzureBusy',
    ],
    [
      'a size that cannot be had is told as such',
      refusal(
        409,
        'SkuNotAvailable',
        'The requested size is currently not available in location westeurope.',
      ),
      'SkuUnavailable',
    ],
    [
      'a run command under way waits',
      refusal(409, 'Conflict', 'Run command extension execution is in progress.'),
      'AzureBusy',
    ],
    [
      'a deletion under way waits',
      refusal(409, 'OperationNotAllowed', 'VM is marked for deletion'),
      'AzureBusy',
    ],
    [
      'a machine that is down for now waits',
      refusal(409, 'OperationNotAllowed', 'Cannot modify extensions in the VM when the VM is not running.'),
      'AzureBusy',
    ],
    [
      'a second definition of the same name is refused',
      refusal(
        409,
        'Conflict',
        "Gallery image: 'x' identified by (publisher:a, offer:b, sku:c) already exists. Choose a different publisher, offer, sku combination.",
      ),
      'AzureRefused',
    ],
    [
      'a disk of a machine that runs is refused',
      refusal(409, 'Conflict', "Disk 'x' is currently attached to running VM 'y'."),
      'AzureRefused',
    ],
    ['another generation is refused', refusal(409, 'Conflict', generation), 'AzureRefused'],
    [
      'a fixed property is refused',
      refusal(409, 'PropertyChangeNotAllowed', "Changing property 'imageReference' is not allowed."),
      'AzureRefused',
    ],
    ['what is in use is refused', refusal(409, 'NicInUse', 'Network interface is used'), 'AzureRefused'],
    [
      'nested resources are refused',
      refusal(409, 'CannotDeleteResource', 'Can not delete resource before nested resources are deleted.'),
      'AzureRefused',
    ],
    [
      'a version before its end of life is refused',
      refusal(409, 'DeleteGalleryImageVersionBlockedBeforeEndOfLife'),
      'AzureRefused',
    ],
    [
      'a quota is a quota',
      refusal(
        409,
        'OperationNotAllowed',
        'Operation could not be completed as it results in exceeding approved standardDSv5Family Cores quota.',
      ),
      'QuotaExceeded',
    ],
    ['a quota by its code', refusal(403, 'QuotaExceeded'), 'QuotaExceeded'],
    ['a stale ETag is a conflict', refusal(412, 'PreconditionFailed'), 'Conflict'],
    ['a broken server is tried again', refusal(500, 'InternalServerError'), 'AzureUnavailable'],
    [
      'a gateway without a body is tried again',
      new RestError('Unexpected status code: 502', { statusCode: 502, request }),
      'AzureUnavailable',
    ],
    ['a request that took too long is tried again', refusal(408, 'RequestTimeout'), 'AzureUnavailable'],
    [
      'a lost answer is tried again',
      new RestError('read ECONNRESET', { code: 'ECONNRESET', request }),
      'AzureUnavailable',
    ],
    [
      'an aborted request is tried again',
      Object.assign(new Error('aborted'), { name: 'AbortError' }),
      'AzureUnavailable',
    ],
    [
      'no token is tried again',
      Object.assign(new Error('x'), { name: 'CredentialUnavailableError' }),
      'AzureUnavailable',
    ],
    ['no room at the moment is tried again', refusal(409, 'ZonalAllocationFailed'), 'AllocationFailed'],
    ['a lock is told as such', refusal(409, 'ScopeLocked', 'The scope is locked.'), 'ResourceLocked'],
    ['a policy is told as such', refusal(403, 'RequestDisallowedByPolicy'), 'PolicyDenied'],
    [
      'an interface that another machine holds for minutes waits',
      refusal(400, 'NicReservedForAnotherVm', 'Nic is reserved for another VM for 180 seconds.'),
      'AzureBusy',
    ],
    ['missing rights are refused', refusal(403, 'AuthorizationFailed'), 'AzureRefused'],
    ['a bad request is refused', refusal(400, 'InvalidParameter'), 'AzureRefused'],
    ['a missing parent is refused', refusal(404, 'ResourceGroupNotFound'), 'AzureRefused'],
    ['a row too large is too large', refusal(400, 'EntityTooLarge'), 'StateTooLarge'],
  ])('%s', async (_, error, code) => {
    expect((await translated(error)).code).toBe(code);
  });

  it('is passed on with its code and its message, and with what was asked', async () => {
    const { message } = await translated(refusal(400, 'InvalidParameter', 'The size is not known.'));
    expect(message).toBe('VM gm-1: 400 InvalidParameter: The size is not known.');
  });

  it('says how long to wait, in seconds or by a date', async () => {
    expect((await translated(refusal(429, 'x', '', { 'retry-after': '17' }))).retryAfterSeconds).toBe(17);
    const date = new Date(Date.now() + 90_000).toUTCString();
    const wait = (await translated(refusal(503, 'x', '', { 'retry-after': date }))).retryAfterSeconds;
    expect(wait).toBeGreaterThan(85);
    expect(wait).toBeLessThanOrEqual(91);
    expect((await translated(refusal(503, 'x'))).retryAfterSeconds).toBeUndefined();
  });

  it('is found where Compute hides it', async () => {
    const error = refusal(409, '', 'boom');
    error.details = { error: { message: 'boom', innererror: { exceptiontype: 'AllocationFailed' } } };
    expect((await translated(error)).message).toContain('AllocationFailed: boom');
  });

  it('brings no token and no signature with it', async () => {
    const text = 'Cannot read https://x.blob/y?sv=1&sig=geheim%3D&se=2 with Bearer geheim';
    const error = await translated(refusal(400, 'InvalidParameter', text));
    expect(error.message).not.toContain('geheim');
    expect(error.cause).toBeUndefined();
  });

  it('is an answer where there is no such thing', async () => {
    const missing = () => {
      throw refusal(404, 'ResourceNotFound');
    };
    expect(await finding('VM gm-1', missing)).toBeUndefined();
  });

  it('is no proof of absence when the subscription cannot be seen', async () => {
    const unseen = () => {
      throw refusal(404, 'SubscriptionNotFound');
    };
    await expect(finding('VM gm-1', unseen)).rejects.toMatchObject({ code: 'AzureRefused' });
  });

  it('leaves a defect of our own as it is', async () => {
    const defect = new TypeError('x is not a function');
    await expect(translated(defect)).rejects.toBe(defect);
  });
});
