/** What an image or an image definition says of itself as a feature; names are compared without their case. */
export function featureOf(
  features: readonly { readonly name?: string; readonly value?: string }[] | undefined,
  wanted: string,
): string | undefined {
  return features?.find(({ name }) => name?.toLowerCase() === wanted.toLowerCase())?.value;
}
