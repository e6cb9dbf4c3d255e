import type { ImageSetPlan } from './image-set.ts';
import type { ExactSource, Marketplace } from './marketplace.ts';
import { done, type EnsureVersionStage, failed } from './stage.ts';

/** Resolves the source to an exact version, once: a retry builds from the same bytes. */
export function ensureResolved(marketplace: Marketplace): EnsureVersionStage {
  return async ({ work: { plan, facts } }) => {
    if (facts.source) return done();
    const { subscriptionId, bench, definition, source } = plan;
    const wanted = source.marketplace;
    const found = await marketplace.exactVersion({ ...wanted, subscriptionId, location: bench.location });
    if (!found) {
      const name = [wanted.publisher, wanted.offer, wanted.sku, wanted.version].join(':');
      return failed('SourceNotFound', `The marketplace of ${bench.location} has no ${name}.`);
    }
    const differences = mismatches(definition, found);
    if (differences.length > 0) {
      return failed('SourceMismatch', `Source and definition differ: ${differences.join('; ')}.`);
    }
    const exact = { ...wanted, version: found.version };
    return done({ source: found.plan ? { ...exact, plan: found.plan } : exact });
  };
}

function mismatches(definition: ImageSetPlan['definition'], source: ExactSource): string[] {
  const { hyperVGeneration, architecture, securityType } = definition;
  return [
    ...(hyperVGeneration === source.hyperVGeneration
      ? []
      : [`the source is generation ${source.hyperVGeneration}, the definition ${hyperVGeneration}`]),
    ...(architecture === source.architecture
      ? []
      : [`the source is ${source.architecture}, the definition ${architecture}`]),
    ...(securityType === 'TrustedLaunch' && !source.trustedLaunch
      ? ['the definition wants Trusted Launch, the source does not support it']
      : []),
  ];
}
