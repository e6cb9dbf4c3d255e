import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { MarketplaceVersionsAnswer, ShelfAnswer, SkusAnswer } from '../shared/images/answers.ts';
import { All, MarketplaceName, Region, SubscriptionId } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

const location = Region;
const [publisher, offer, sku] = [MarketplaceName, MarketplaceName, MarketplaceName];
/** Whose rights it is read with: Azure lists the marketplace by subscription. */
const subscriptionId = SubscriptionId;
const query = { subscriptionId, all: All };
const refuses = ['Throttled', 'AzureRefused'] as const;

app.http(
  ...endpoint({
    name: 'list-marketplace-publishers',
    method: 'GET',
    route: 'marketplace/{location}/publishers',
    role: 'reader',
    about: 'The publishers of a region; without `all` those that Azure Virtual Desktop can use.',
    path: { location },
    query,
    answers: { 200: { about: 'The publishers.', body: ShelfAnswer } },
    refuses,
    handle: async ({ path, query: { all, ...place } }) => {
      const shown = { all: all === 'true' };
      return { jsonBody: { value: await runningApp().marketplace.publishers({ ...place, ...path }, shown) } };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'list-marketplace-offers',
    method: 'GET',
    route: 'marketplace/{location}/publishers/{publisher}/offers',
    role: 'reader',
    about: 'The offers of a publisher; without `all` those that Azure Virtual Desktop can use.',
    path: { location, publisher },
    query,
    answers: { 200: { about: 'The offers.', body: ShelfAnswer } },
    refuses,
    handle: async ({ path, query: { all, ...asked } }) => {
      const place = { ...asked, location: path.location };
      const shown = { all: all === 'true' };
      return { jsonBody: { value: await runningApp().marketplace.offers(place, path.publisher, shown) } };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'list-marketplace-skus',
    method: 'GET',
    route: 'marketplace/{location}/publishers/{publisher}/offers/{offer}/skus',
    role: 'reader',
    about: 'The SKUs of an offer, and which to take; without `all` those that Azure Virtual Desktop can use.',
    path: { location, publisher, offer },
    query,
    answers: { 200: { about: 'The SKUs.', body: SkusAnswer } },
    refuses,
    handle: async ({ path, query: { all, ...asked } }) => {
      const place = { ...asked, location: path.location };
      const { marketplace } = runningApp();
      const value = await marketplace.skus(place, path.publisher, path.offer, { all: all === 'true' });
      return { jsonBody: { value } };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'list-marketplace-versions',
    method: 'GET',
    route: 'marketplace/{location}/publishers/{publisher}/offers/{offer}/skus/{sku}/versions',
    role: 'reader',
    about: 'The versions of a SKU, newest first.',
    path: { location, publisher, offer, sku },
    query: { subscriptionId },
    answers: { 200: { about: 'The versions.', body: MarketplaceVersionsAnswer } },
    refuses,
    handle: async ({ path, query: asked }) => {
      const place = { ...asked, location: path.location };
      const { marketplace } = runningApp();
      return { jsonBody: { value: await marketplace.versions(place, path.publisher, path.offer, path.sku) } };
    },
  }),
);
