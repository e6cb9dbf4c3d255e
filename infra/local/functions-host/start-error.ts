/** A reason not to start, in words for whoever configures the app; shown without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}
