import type { VirtualMachineImage } from '@azure/arm-compute';
import type { ExactSource, Marketplace } from '../images/marketplace.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';

/** The marketplace, as the Compute provider lists it in a region. */
export function marketplace({ compute }: Pick<Azure, 'compute'>): Marketplace {
  return {
    async exactVersion({ subscriptionId, location, publisher, offer, sku, version }) {
      const images = compute(subscriptionId).virtualMachineImages;
      const what = `marketplace image ${publisher}:${offer}:${sku}`;
      const exact =
        version === 'latest'
          ? await finding(what, async () => highest(await images.list(location, publisher, offer, sku)))
          : version;
      if (exact === undefined) return undefined;
      const image = await finding(
        `${what}:${exact}`,
        async () => await images.get(location, publisher, offer, sku, exact),
      );
      return image && sourceOf(image, exact);
    },
  };
}

/** Azure orders versions as text, where 9 comes after 10. */
function highest(versions: readonly { readonly name: string }[]): string | undefined {
  return versions
    .map(({ name }) => name)
    .toSorted((a, b) => compare(numbers(b), numbers(a)))
    .at(0);
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  const differences = Array.from({ length }, (_, index) => (one[index] ?? 0) - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

function sourceOf(image: VirtualMachineImage, version: string): ExactSource {
  const { hyperVGeneration, architecture, features = [], plan } = image;
  const security = features.find(({ name }) => name?.toLowerCase() === 'securitytype')?.value ?? '';
  return {
    version,
    // What an image does not say of itself it was before Azure had more than one.
    hyperVGeneration: hyperVGeneration === 'V2' ? 'V2' : 'V1',
    architecture: architecture === 'Arm64' ? 'Arm64' : 'x64',
    trustedLaunch: /TrustedLaunch/i.test(security),
    ...(plan && { plan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
  };
}
