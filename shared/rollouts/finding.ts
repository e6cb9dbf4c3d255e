/** What keeps a rollout from coming to its end, or what somebody should know before it begins. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}
