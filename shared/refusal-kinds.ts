/** What a caller did, or asked for at the wrong time: part of `kinds`, in `error-kinds.ts`. */
export const refusalKinds = {
  ValidationFailed: { httpStatus: 400, retryable: false, remedy: 'Correct the field named in `target`.' },
  MalformedJson: { httpStatus: 400, retryable: false, remedy: 'Send a JSON object as the body.' },
  BodyTooLarge: { httpStatus: 413, retryable: false, remedy: 'Send less than 1 MB.' },
  Unauthenticated: {
    httpStatus: 401,
    retryable: false,
    remedy: 'Sign in, or send a function key that has a role as `x-functions-key`.',
  },
  Forbidden: {
    httpStatus: 403,
    retryable: false,
    remedy: 'Ask whoever looks after Goldsmith for the role that the message names.',
  },
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
    remedy: 'This is fixed at creation: make a new one under another name.',
  },
  DefinitionTaken: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Choose another definition: each belongs to one image set, which the message names.',
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
  UpgradePolicyNotManual: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Set the upgrade policy of the scale set to Manual: az vmss update --set upgradePolicy.mode=Manual.',
  },
  SurgeNotPossible: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Do away with what the message names, state a smaller policy.surge, or leave it out.',
  },
  ScalingPlanWithoutTag: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Give the scaling plan an exclusion tag: without one it starts and stops hosts that are updated.',
  },
  ExclusionTagMismatch: {
    httpStatus: 409,
    retryable: false,
    remedy: 'State the exclusion tag of the scaling plan in the policy of the host pool, or none.',
  },
  ScalingPlanDeletesHosts: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Have the scaling plan start and stop hosts only (`PowerManage`), or take the host pool out of it.',
  },
  PersonalNotConfirmed: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'Say `"personal": {"eraseDisks": true}` in the policy of the host pool, if what is on the disks may be lost.',
  },
  EntraDeviceStays: {
    httpStatus: 409,
    retryable: false,
    remedy:
      'State policy.surge, by which machines get new names; or have each device deleted with its machine, and say `"entraDevices": "deleted-by-others"` in virtualMachines of the host pool.',
  },
  PreconditionFailed: {
    httpStatus: 412,
    retryable: false,
    remedy: 'Somebody changed it since you read it: read it again, and decide on what it is now.',
  },
  UnsupportedMediaType: {
    httpStatus: 415,
    retryable: false,
    remedy: 'Send JSON in UTF-8, not compressed, with the header Content-Type: application/json.',
  },
  LengthRequired: {
    httpStatus: 411,
    retryable: false,
    remedy: 'Send the body in one piece, with its Content-Length.',
  },
  PreconditionRequired: {
    httpStatus: 428,
    retryable: false,
    remedy: 'Read it first, and send its ETag as If-Match.',
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
    remedy:
      'Choose a version: one that the channel held within its rollback window, or promote one; for a host pool, start a rollout to it.',
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
  EventsGone: {
    httpStatus: 410,
    retryable: false,
    remedy: 'Read anew what you keep a copy of; then go on from the cursor in `details`, or without one.',
  },
  CopyFailed: {
    httpStatus: 409,
    retryable: false,
    remedy: 'Read Azure’s message; correct the place or the rights to it, then retry the copy.',
  },
} as const satisfies Record<string, { httpStatus: number; retryable: boolean; remedy: string }>;
