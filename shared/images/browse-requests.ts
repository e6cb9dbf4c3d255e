import { AppError } from '../errors.ts';
import { avdUse, isForAvd, type Place, recommendedFor, type Shelves } from './browse.ts';

/** Without `all`, only what Azure Virtual Desktop can use is shown. */
export interface Shown {
  readonly all: boolean;
}

/** What people may ask of the marketplace before they choose a source. */
export function marketplaceRequests(shelves: Shelves) {
  return {
    async publishers(place: Place, { all }: Shown) {
      const found = await shelves.publishers(place);
      return found
        .filter((name) => all || isForAvd(name))
        .map((name) => ({ name, isForAvd: isForAvd(name) }));
    },

    async offers(place: Place, publisher: string, { all }: Shown) {
      const found = there(await shelves.offers(place, publisher), `publisher ${publisher}`, place);
      const told = await Promise.all(
        found.map(async (name) => {
          const skus = isForAvd(publisher) ? ((await shelves.skus(place, publisher, name)) ?? []) : [];
          return { name, isForAvd: skus.some((sku) => avdUse(publisher, name, sku) !== undefined) };
        }),
      );
      return told.filter((offer) => all || offer.isForAvd);
    },

    async skus(place: Place, publisher: string, offer: string, { all }: Shown) {
      const found = there(await shelves.skus(place, publisher, offer), `offer ${publisher}:${offer}`, place);
      const use = (sku: string) => avdUse(publisher, offer, sku);
      const best = {
        pooled: recommendedFor('pooled', found, use),
        personal: recommendedFor('personal', found, use),
      };
      return found.flatMap((name) => {
        const used = use(name);
        if (!used && !all) return [];
        const recommended = (['pooled', 'personal'] as const).filter((pool) => best[pool] === name);
        return [{ name, isForAvd: used !== undefined, ...used, recommendedFor: recommended }];
      });
    },

    async versions(place: Place, publisher: string, offer: string, sku: string) {
      const what = `image ${publisher}:${offer}:${sku}`;
      const found = there(await shelves.versions(place, publisher, offer, sku), what, place);
      return found.map((name, index) => ({ name, isLatest: index === 0 }));
    },
  };
}

function there<T>(found: T | undefined, what: string, { location }: Place): T {
  if (found !== undefined) return found;
  throw new AppError('NotFound', `The marketplace of ${location} has no ${what}.`, { target: what });
}
