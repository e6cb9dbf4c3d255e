import { isRestError } from '@azure/core-rest-pipeline';
import { AppError, type ErrorCode } from '../errors.ts';
import { withoutSecrets } from '../log.ts';

/**
 * Asks Azure and lets its refusals out as ours; whatever else is thrown is a defect and stays as it is.
 * `what` says in a few words what was asked for.
 */
export async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw translated(error, what);
  }
}

/** As `asking`, where "there is no such thing" is an answer. */
export async function finding<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw translated(error, what);
  }
}

/** Azure's own account of why an operation failed, wherever in the error it put it. */
export function reasonOf(error: unknown): string {
  const { code, message } = azureError(error);
  const reason = [code, message].filter(Boolean).join(': ').replaceAll(/\s+/g, ' ').trim();
  return withoutSecrets(reason) || 'Azure gave no reason';
}

// That Azure does not know a subscription, a kind of resource or a table says nothing of what is in it.
const notAbsence = new Set([
  'SubscriptionNotFound',
  'InvalidSubscriptionId',
  'InvalidResourceNamespace',
  'InvalidResourceType',
  'TableNotFound',
]);

function isAbsence(error: unknown): boolean {
  return isRestError(error) && error.statusCode === 404 && !notAbsence.has(azureError(error).code);
}

function translated(error: unknown, what: string): unknown {
  if (isRestError(error) && error.statusCode !== undefined) {
    const { code, message } = azureError(error);
    const why = `${what}: ${error.statusCode} ${reasonOf(error)}`;
    const wait = retryAfterSeconds(error.response?.headers.get('retry-after'));
    // The cause stays behind: it holds the request, and with it tokens and passwords.
    return new AppError(kindOf(error.statusCode, code, message), why, {
      ...(wait !== undefined && { retryAfterSeconds: wait }),
    });
  }
  if (isBrokenLine(error)) return new AppError('AzureUnavailable', `${what}: no answer (${nameOf(error)})`);
  if (isNoToken(error)) {
    return new AppError('AzureUnavailable', `${what}: the app's identity got no token (${error.name})`);
  }
  return error;
}

const kindsByCode: Readonly<Record<string, ErrorCode>> = {
  EntityAlreadyExists: 'Conflict',
  // For three minutes after its machine has gone; a 400 all the same.
  NicReservedForAnotherVm: 'AzureBusy',
  // The list of sizes is asked for now and then only: what has changed since is said at the machine's creation.
  SkuNotAvailable: 'SkuUnavailable',
  // No room at the moment, in a region, a zone or a placement group; where it comes later it is in the instance view.
  AllocationFailed: 'AllocationFailed',
  ZonalAllocationFailed: 'AllocationFailed',
  OverconstrainedAllocationRequest: 'AllocationFailed',
  OverconstrainedZonalAllocationRequest: 'AllocationFailed',
  RequestDisallowedByPolicy: 'PolicyDenied',
  ScopeLocked: 'ResourceLocked',
  EntityTooLarge: 'StateTooLarge',
  PropertyValueTooLarge: 'StateTooLarge',
  RequestBodyTooLarge: 'StateTooLarge',
};

function kindOf(status: number, code: string, message: string): ErrorCode {
  const known = kindsByCode[code];
  if (known !== undefined) return known;
  if (status === 429) return 'Throttled';
  if (status === 412) return 'Conflict';
  if (status === 408 || status >= 500) return 'AzureUnavailable';
  if (isQuota(code, message)) return 'QuotaExceeded';
  if (status === 409 && !isRefusal(code, message)) return 'AzureBusy';
  return 'AzureRefused';
}

function isQuota(code: string, message: string): boolean {
  return (
    /Quota|CountLimitReached|LimitExceeded|MaxStorageAccountsCount/i.test(code) ||
    (code === 'OperationNotAllowed' && /\bquota\b|exceeding approved/i.test(message))
  );
}

/**
 * Most 409 mean "not now". These mean "not like this", and asking again brings the same answer.
 * Compute says some of them under the code `Conflict`, so that the text has to tell them apart.
 */
const refusals =
  /^(PropertyChangeNotAllowed|OperationNotAllowed|CannotDeleteResource|ConflictingUserInput|\w*InUse\w*|SkuNotAvailable|ScopeLocked|ReadOnlyDisabledSubscription|MissingSubscriptionRegistration|ResourceGroupBeingDeleted|DeleteGalleryImageVersionBlockedBeforeEndOfLife|InvalidResourceLocation|\w*NotSupported)$/i;
const refusalTexts =
  /than the parent gallery image|nested resources|Changing property|must be in the same location|Choose a different publisher|attached to running VM|provisioning state 'Failed'|BlockedBeforeEndOfLife/i;
/** Somebody else is at it, or the machine is on its way down or up: that passes, whatever the code. */
const passing =
  /marked for deletion|being deleted|being created from|in progress|concurrent request|when the VM is not running/i;

function isRefusal(code: string, message: string): boolean {
  if (code !== 'ResourceGroupBeingDeleted' && passing.test(message)) return false;
  return refusals.test(code) || refusalTexts.test(message);
}

interface AzureError {
  readonly code: string;
  readonly message: string;
}

/** Compute hides the code one level down (`innererror`), storage names it `odata.error`, both differ in form. */
function azureError(error: unknown): AzureError {
  const outer = fields(error);
  const details = fields(outer['details']);
  const body = fields(details['error'] ?? details['odataError'] ?? details);
  const inner = fields(body['innererror']);
  const code =
    text(body['code']) ?? text(outer['code']) ?? text(inner['exceptiontype']) ?? text(inner['code']);
  const message = text(body['message']) ?? text(fields(body['message'])['value']) ?? text(outer['message']);
  return { code: code ?? '', message: message ?? '' };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Seconds, or a date; whole seconds, so that nobody asks a moment too early. */
function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

// A request whose answer never came may have had its effect: everything we ask of Azure can be asked again.
function isBrokenLine(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || error.name === 'TimeoutError' || isRestError(error);
}

function isNoToken(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /^(CredentialUnavailable|Aggregate)?Authentication(Required)?Error$|^CredentialUnavailableError$/.test(
      error.name,
    )
  );
}

function nameOf(error: Error): string {
  return text(fields(error)['code']) ?? error.name;
}
