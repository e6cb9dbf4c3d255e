import { sharingGallery } from '../../../shared/azure/sharing.ts';
import { PutPlace } from '../../../shared/sharing/request-bodies.ts';
import { sharingRoom } from '../../../shared/sharing/room.ts';
import type { VersionStanding } from '../../../shared/sharing/stage.ts';
import { memoryRows } from '../../support/memory-rows.ts';
import type { Cloud } from './cloud.ts';

export type Opening = [gallery: string, definition: string, which?: { number?: string; set?: string }];

/** Where the ids of what Microsoft.Compute has in a resource group begin. */
export const computeIn = (subscription: string, group: string) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute`;

/** The room of one set, whose versions lie in the given gallery and definition, in a simulated Azure. */
export function openSharing(
  cloud: Cloud,
  ...[gallery, definition, { number = '1.0.0', set = 'win11' } = {}]: Opening
) {
  const { azure, subscriptionId, now } = cloud;
  const standing: VersionStanding = {
    versionId: `${set}.${number}`,
    imageVersionId: `${computeIn(subscriptionId, 'rg-images')}/galleries/${gallery}/images/${definition}/versions/${number}`,
    status: 'available',
  };
  const versions = new Map([[number, standing]]);
  const pools = new Map<string, readonly string[]>();
  const woken = new Set<string>();
  const room = sharingRoom({
    gallery: sharingGallery(azure),
    versions: { standing: async (_, asked) => versions.get(asked) },
    planOf: async () => ({
      subscriptionId,
      gallery: { resourceGroup: 'rg-images', name: gallery },
      definition: { name: definition, securityType: 'TrustedLaunchSupported' },
    }),
    poolsAt: async () => [...pools].map(([name, imageVersionIds]) => ({ name, imageVersionIds })),
    rows: { places: memoryRows(), copies: memoryRows(), grants: memoryRows() },
    due: memoryRows(),
    wake: async (id) => void woken.add(id),
    now,
  });
  /** Looks every virtual minute at what was ever woken, until it is so. */
  const until = async (isSo: () => Promise<boolean>) =>
    await cloud.until(async () => {
      for (const id of woken) await room.advance(id);
      return await isSo();
    });
  const copyAt = async (place: string) => {
    const all = await room.requests.copies(set, number);
    return all.value.find(({ copy }) => copy.place === place)?.copy;
  };
  const over = async (place: string) => {
    await until(async () => ['completed', 'failed', 'removed'].includes((await copyAt(place))?.phase ?? ''));
    return await copyAt(place);
  };
  const put = async (name: string, body: unknown) =>
    await room.requests.put(set, name, PutPlace.parse(body), undefined);
  return { ...room, standing, versions, pools, until, copyAt, over, put, set, number };
}
