/** Who asks, as far as known: a function key has no name of its own. */
export const somebody = (by: string | undefined) => by ?? 'function key';
