import { app } from '@azure/functions';
import { answer, pathValue, queryValue } from '../shared/http.ts';
import { All, MarketplaceName, Region, SubscriptionId } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const placeOf = (request: Request) => ({
  subscriptionId: queryValue(request, 'subscriptionId', SubscriptionId),
  location: pathValue(request, 'location', Region),
});
const shownTo = (request: Request) => ({ all: queryValue(request, 'all', All) === 'true' });
const named = (request: Request, what: string) => pathValue(request, what, MarketplaceName);
const list = (value: readonly object[]) => ({ jsonBody: { value } });

app.http('list-marketplace-publishers', {
  methods: ['GET'],
  route: 'marketplace/{location}/publishers',
  authLevel: 'function',
  handler: answer(async (request) =>
    list(await runningApp().marketplace.publishers(placeOf(request), shownTo(request))),
  ),
});

app.http('list-marketplace-offers', {
  methods: ['GET'],
  route: 'marketplace/{location}/publishers/{publisher}/offers',
  authLevel: 'function',
  handler: answer(async (request) => {
    const publisher = named(request, 'publisher');
    return list(await runningApp().marketplace.offers(placeOf(request), publisher, shownTo(request)));
  }),
});

app.http('list-marketplace-skus', {
  methods: ['GET'],
  route: 'marketplace/{location}/publishers/{publisher}/offers/{offer}/skus',
  authLevel: 'function',
  handler: answer(async (request) => {
    const [publisher, offer] = [named(request, 'publisher'), named(request, 'offer')];
    return list(await runningApp().marketplace.skus(placeOf(request), publisher, offer, shownTo(request)));
  }),
});

app.http('list-marketplace-versions', {
  methods: ['GET'],
  route: 'marketplace/{location}/publishers/{publisher}/offers/{offer}/skus/{sku}/versions',
  authLevel: 'function',
  handler: answer(async (request) => {
    const [publisher, offer, sku] = ['publisher', 'offer', 'sku'].map((what) => named(request, what));
    return list(
      await runningApp().marketplace.versions(placeOf(request), publisher ?? '', offer ?? '', sku ?? ''),
    );
  }),
});
