import type { VirtualMachineImage } from '@azure/arm-compute';
import type { ExactSource, Marketplace } from '../images/marketplace.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';
import { featureOf } from './features.ts';
import { newestFirst } from './marketplace-versions.ts';

/** The marketplace, as the Compute provider lists it in a region. */
export function marketplace({ compute }: Pick<Azure, 'compute'>): Marketplace {
  return {
    async exactVersion({ subscriptionId, location, publisher, offer, sku, version }) {
      const images = compute(subscriptionId).virtualMachineImages;
      const what = `marketplace image ${publisher}:${offer}:${sku}`;
      const exact =
        version === 'latest'
          ? await finding(what, async () =>
              newestFirst(await images.list(location, publisher, offer, sku)).at(0),
            )
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

function sourceOf(image: VirtualMachineImage, version: string): ExactSource {
  const { hyperVGeneration, architecture, features = [], plan, osDiskImage, dataDiskImages = [] } = image;
  return {
    version,
    osType: osDiskImage?.operatingSystem === 'Linux' ? 'Linux' : 'Windows',
    // What an image does not say of itself it was before Azure had more than one.
    hyperVGeneration: hyperVGeneration === 'V2' ? 'V2' : 'V1',
    architecture: architecture === 'Arm64' ? 'Arm64' : 'x64',
    securityType: featureOf(features, 'SecurityType') ?? 'Standard',
    ...(plan && { plan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
    dataDiskLuns: dataDiskImages.flatMap(({ lun }) => lun ?? []),
  };
}
