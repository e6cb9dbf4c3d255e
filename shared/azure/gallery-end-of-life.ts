import type { EndOfLifeGallery } from '../images/bring-end-of-life.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';

/** Azure Compute Gallery: the end of life of a version, which Azure shows and does nothing about. */
export function endOfLifeGallery({
  compute,
}: Pick<Azure, 'compute'>): Pick<EndOfLifeGallery, 'moveEndOfLife'> {
  return {
    async moveEndOfLife({ subscriptionId, resourceGroup, gallery, definition, number }, date) {
      // What is not mentioned Azure keeps; the storage profile is required even where nothing in it changes.
      const change = { publishingProfile: { endOfLifeDate: new Date(date) }, storageProfile: {} };
      await asking(`end of life of image version ${number}`, async () => {
        const { galleryImageVersions: versions } = compute(subscriptionId);
        await versions.update(resourceGroup, gallery, definition, number, change).submitted();
      });
    },
  };
}
