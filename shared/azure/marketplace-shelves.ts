import type { Place, Shelves } from '../images/browse.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { newestFirst } from './marketplace-versions.ts';

/** The marketplace as the Compute provider lists it in a region. Azure's lists are plain arrays, whole. */
export function marketplaceShelves({ compute }: Pick<Azure, 'compute'>): Shelves {
  const images = ({ subscriptionId }: Place) => compute(subscriptionId).virtualMachineImages;
  return {
    publishers: async (place) =>
      named(
        await asking(
          `publishers of ${place.location}`,
          async () => await images(place).listPublishers(place.location),
        ),
      ),

    offers: async (place, publisher) =>
      await finding(`offers of ${publisher}`, async () =>
        named(await images(place).listOffers(place.location, publisher)),
      ),

    skus: async (place, publisher, offer) =>
      await finding(`SKUs of ${publisher}:${offer}`, async () =>
        named(await images(place).listSkus(place.location, publisher, offer)),
      ),

    versions: async (place, publisher, offer, sku) =>
      await finding(`versions of ${publisher}:${offer}:${sku}`, async () =>
        newestFirst(await images(place).list(place.location, publisher, offer, sku)),
      ),
  };
}

function named(found: readonly { readonly name: string }[]): string[] {
  return found.map(({ name }) => name);
}
