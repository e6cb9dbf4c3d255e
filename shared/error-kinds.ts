import { refusalKinds } from './refusal-kinds.ts';

/**
 * Every way Goldsmith fails on purpose: what HTTP calls it, whether trying again can help, and what a
 * person can do about it. Codes are part of the contract: never renamed, never used for something else.
 */
export const kinds = {
  ...refusalKinds,
  // What the store said.
  Conflict: {
    httpStatus: 409,
    retryable: true,
    remedy: 'Ask again: somebody else changed it at the same moment.',
  },
  StateTooLarge: {
    httpStatus: 413,
    retryable: false,
    remedy: 'Table Storage holds 64 KB a value and 1 MB a row: ask for less at once.',
  },
  AuditUnavailable: {
    httpStatus: 503,
    retryable: true,
    remedy: 'Nothing was changed: send it again. If it lasts, look at GET /api/ready/parts: tables.',
  },
  // What the app was not told, or told wrongly.
  SettingsWrong: {
    httpStatus: 503,
    retryable: false,
    remedy: 'Correct the app settings that the message names, and start the app again.',
  },
  // What Azure said.
  Throttled: { httpStatus: 503, retryable: true, remedy: 'Nothing: it is tried again when Azure allows.' },
  AzureBusy: {
    httpStatus: 503,
    retryable: true,
    remedy: 'Nothing: another operation on the resource is under way; it is tried again.',
  },
  AzureUnavailable: {
    httpStatus: 503,
    retryable: true,
    remedy: 'Nothing: it is tried again. If it lasts, look at Azure status.',
  },
  AzureRefused: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; correct the request or the rights of the identity, then retry.',
  },
  QuotaExceeded: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Ask Azure for more quota, or choose another size or region; then retry.',
  },
  AllocationFailed: {
    httpStatus: 503,
    retryable: true,
    remedy: 'Nothing: it is tried again. If it lasts, Azure has no room for this size there: choose another.',
  },
  PolicyDenied: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Azure Policy forbids it: have the policy that the message names changed, or an exemption made.',
  },
  ResourceLocked: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Remove the lock that the message names; then retry.',
  },
  SourceNotFound: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Choose a source that exists in the region of the bench.',
  },
  SourceMismatch: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Make generation, security type and architecture of source and definition agree.',
  },
  UnsupportedSource: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Azure makes no such version of such a source: the message names a way that it does.',
  },
  SourceNotReady: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Bring the source into the state that the message names, then retry.',
  },
  SourceCopyFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; correct the source or the rights to it, then retry.',
  },
  SkuUnavailable: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Choose a size that its region offers and that fits the image definition.',
  },
  ForeignResource: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Something of that name is not ours and is left alone: remove it, or choose another name.',
  },
  StepFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read the output of the step in the history, correct the recipe and request a new version.',
  },
  StepTimedOut: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Give the step more time, or find out why it hangs.',
  },
  SecretNotFound: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Put the secret into the vault, enabled and not expired, or correct its URI; then retry.',
  },
  SecretDenied: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Give the app’s identity the role Key Vault Secrets User on the secret or its vault; then retry.',
  },
  InspectionFailed: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Correct the recipe as the findings say, or waive the rule with a reason; then request a new version.',
  },
  SysprepFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read the log tail in the history; per-user AppX packages and BitLocker are the usual causes.',
  },
  BootFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'The machine never became ready: check the source, its size and its network.',
  },
  CaptureFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; for a day a retry captures again what was built, without building.',
  },
  ReplicationFailed: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Retry from stage replicate, or make the region optional or remove it first: `…/regions/{region}`.',
  },
  ReplicationStalled: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Look at Azure status; retry from stage replicate, or make the region optional or remove it first.',
  },
  ReimageFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; then retry the host or replace it by hand.',
  },
  NotReplaceable: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Replace this machine by hand, or change what the message names; then retry the host.',
  },
  RemovalFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Look for what keeps the machine (a lock, a policy) and remove it; then retry the host.',
  },
  CreateFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; then retry the host: it is made again from what was kept of it.',
  },
  EquipFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read what the extension says; correct it or its secret, then retry the host.',
  },
  SecretUnusable: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Let the secret hold a JSON object: the protected settings of the extension.',
  },
  NameTaken: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Another machine has that name and is left alone: remove or rename it, then retry the host.',
  },
  RegistrationFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Look at the agent’s log on the host and its way to the AVD service.',
  },
  HealthCheckFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'The evidence names the checks: correct the image or the host, then retry.',
  },
  HostVanished: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Somebody removed the host: nothing to do, or start a new rollout.',
  },
  UsersStayed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Allow logging users off, give them longer, or try again later.',
  },
  RolloutFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read the rollout: it names the hosts that failed and why.',
  },
  BreakerOpen: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Too many hosts failed: correct the cause, then start a new rollout.',
  },
  ApprovalExpired: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Resume the release, which asks anew, and have it approved in time.',
  },
  Rejected: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Correct what the reason names and request a new version.',
  },
  DeliveryRefused: {
    httpStatus: 502,
    retryable: false,
    remedy: 'Check the webhook’s address and that it still exists.',
  },
  Overdue: {
    httpStatus: 409,
    retryable: false,
    remedy: 'The stage took longer than it may: look at what it waited for, then retry.',
  },
} as const satisfies Record<string, { httpStatus: number; retryable: boolean; remedy: string }>;
