/**
 * Every way Goldsmith fails on purpose: what HTTP calls it, whether trying again can help, and what a
 * person can do about it. Codes are part of the contract: never renamed, never used for something else.
 */
export const kinds = {
  // What a caller did.
  ValidationFailed: { httpStatus: 400, retryable: false, remedy: 'Correct the field named in `target`.' },
  MalformedJson: { httpStatus: 400, retryable: false, remedy: 'Send a JSON object as the body.' },
  BodyTooLarge: { httpStatus: 413, retryable: false, remedy: 'Send less than 1 MB.' },
  NotFound: {
    httpStatus: 404,
    retryable: false,
    remedy: 'Check the name; list the collection to see what exists.',
  },
  InvalidPhase: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read the status: it says what can be done now.',
  },
  IdempotencyKeyReused: { httpStatus: 409, retryable: false, remedy: 'Use a new key for another request.' },
  ImmutableField: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Azure fixes this at creation: make a new image set.',
  },
  NumberTaken: {
    httpStatus: 409,
    retryable: false,
    remedy: 'A number is never issued twice: ask for a higher one, or leave it out.',
  },
  RolloutAlreadyActive: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Wait for the running rollout, or abort it.',
  },
  Frozen: {
    httpStatus: 423,
    retryable: false,
    remedy: 'Wait for the end of the freeze that the message names, or lift it.',
  },
  PlanStale: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read in `details` what has changed; ask for a new plan and start that.',
  },
  PlanBlocked: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Remove the blockers that `details` names; then ask for a new plan.',
  },
  VersionNotReady: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Wait until the version is replicated to the region of the host pool.',
  },
  RegionIsSource: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Azure keeps a version where it was made: request a version that is built elsewhere.',
  },
  RegionInUse: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Bring the host pools that `details` names onto another version first.',
  },
  HostPoolManagedNatively: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Update this host pool with its own session host configuration, or recreate it with standard management.',
  },
  PreconditionFailed: {
    httpStatus: 412,
    retryable: false,
    remedy: 'Somebody changed it since you read it: read it again, and decide on what it is now.',
  },
  GateNotPassed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Validate again, or override the check with a reason and an end; then promote.',
  },
  SoakNotOver: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Wait until the time that the message names, or shorten the soak of the channel.',
  },
  ApprovalRequired: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Have the approval that the message names given first.',
  },
  SelfApprovalForbidden: {
    httpStatus: 403,
    retryable: false,
    remedy: 'The channel asks for somebody else than who requested the version.',
  },
  Revoked: {
    httpStatus: 409,
    retryable: false,
    remedy: 'A revoked version is never used again: request a new one, or roll the channel back.',
  },
  VersionOver: {
    httpStatus: 409,
    retryable: false,
    remedy: 'The version is not to be used any more: choose a newer one.',
  },
  VersionIsNewer: {
    httpStatus: 409,
    retryable: false,
    remedy: 'The channel holds a newer version: roll it back instead.',
  },
  NoRollbackTarget: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Name a version that the channel held within its rollback window, or promote one.',
  },
  ReferencedVersionCannotBeDeleted: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Bring what `details` names onto another version first, or wait for the end of the rollback window.',
  },
  CheckFailed: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Read the evidence of the checks; validate again, override them with a reason, or stop the release.',
  },
  CheckInconclusive: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Find out why it could not be measured; then validate again, or override it with a reason.',
  },
  ProbeFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read what the script wrote; correct it or the host, then validate again.',
  },
  LinkUsed: {
    httpStatus: 410,
    retryable: false,
    remedy: 'The link was for one report and a limited time: validate again for a new one.',
  },
  CopyFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; correct the place or the rights to it, then retry the copy.',
  },
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
    httpStatus: 502,
    retryable: false,
    remedy: 'Read Azure’s message; correct the request or the rights of the identity, then retry.',
  },
  QuotaExceeded: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Ask Azure for more quota, or choose another size or region; then retry.',
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
    remedy: 'Choose a size for the bench that its region offers and that fits the definition.',
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
    httpStatus: 504,
    retryable: false,
    remedy: 'The stage took longer than it may: look at what it waited for, then retry.',
  },
} as const satisfies Record<string, { httpStatus: number; retryable: boolean; remedy: string }>;
