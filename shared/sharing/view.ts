import type { Copy } from './copy.ts';
import type { Place } from './place.ts';
import type { sharingRequests } from './requests.ts';

type Requests = ReturnType<typeof sharingRequests>;
type Associated = Awaited<ReturnType<Requests['get']>>;
type CopyWithPools = Awaited<ReturnType<Requests['copies']>>['value'][number];

/** A place as the API shows it, with who is there and what they use. */
export function placeView({ place, copies, pools }: Associated) {
  return {
    ...bare(place),
    copies: copies.map(({ copy }) => ({ version: copy.number, state: copy.phase })),
    hostPools: pools,
  };
}

/** A place that somebody just put or deleted. */
export function bare(place: Place) {
  const { name, plan, phase, revision, createdAt, changedAt } = place;
  return {
    name,
    state: phase,
    ...planView(place),
    ...(plan.how === 'copy' && { regions: plan.regions }),
    revision,
    createdAt,
    changedAt,
    ...(phase === 'removing' && {
      stage: place.standing.stage,
      waitingFor: place.standing.waitingFor,
      nextLookAt: place.standing.lookAt,
    }),
    ...(phase === 'stuck' && { stage: place.stage, failure: place.failure }),
  };
}

/** As it was put. */
function planView({ plan }: Place) {
  if (plan.how === 'grant') {
    const { how, subscriptionId, tenantId, grantee } = plan;
    const shareWith = grantee.kind === 'AADTenants' ? 'tenant' : 'subscription';
    return { how, subscriptionId, ...(tenantId !== undefined && { tenantId }), shareWith };
  }
  const { subscriptionId, tenantId, resourceGroup, gallery: name, definition } = plan.gallery;
  const gallery = { resourceGroup, name, location: plan.location };
  return { how: plan.how, subscriptionId, ...(tenantId !== undefined && { tenantId }), gallery, definition };
}

/** A copy as the API shows it. */
export function copyView({ copy, pools }: CopyWithPools) {
  const { set, number, place, plan, phase, begunAt, facts } = copy;
  return {
    imageSet: set,
    version: number,
    place,
    how: plan.how,
    state: phase,
    begunAt,
    ...standingView(copy),
    ...facts,
    hostPools: pools,
  };
}

/** Why it is not further, and what can be done. */
function standingView(copy: Copy) {
  switch (copy.phase) {
    case 'running':
    case 'removing': {
      const { stage, since, waitingFor, lookAt, deadline } = copy.standing;
      return { stage, since, waitingFor, nextLookAt: lookAt, deadline };
    }
    case 'completed':
      return { completedAt: copy.completedAt };
    case 'failed':
      return { stage: copy.stage, failedAt: copy.failedAt, failure: copy.failure };
    case 'removed':
      return { removedAt: copy.removedAt };
  }
}
