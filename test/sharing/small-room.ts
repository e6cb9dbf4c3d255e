import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minutesAfter } from '../../shared/instant.ts';
import type { FoundCopy } from '../../shared/sharing/gallery.ts';
import { PutPlace } from '../../shared/sharing/request-bodies.ts';
import { sharingRoom } from '../../shared/sharing/room.ts';
import type { VersionStanding } from '../../shared/sharing/stage.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { available, noon } from './lives.ts';

export const [set, number] = ['win11', '1.0.0'] as const;
const example = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../examples/${name}.json`), 'utf8'));
export const copy = PutPlace.parse(example('place-copy'));
export const grant = PutPlace.parse(example('place-grant'));
export const elsewhere = (name: string) =>
  PutPlace.parse({ ...copy, gallery: { resourceGroup: 'rg-branch', name, location: 'westeurope' } });
/** The subscription of the set itself. */
export const ours = '00000000-0000-0000-0000-000000000001';

interface Options {
  readonly securityType?: string;
  readonly status?: VersionStanding['status'];
}

/** An image set with one version, in an Azure that does at once as it is told. */
export function room({ securityType = 'Standard', status = 'available' }: Options = {}) {
  let now = noon;
  let isFailing = false;
  const standings = new Map<string, VersionStanding>([[number, { ...available, status }]]);
  const pools: { name: string; imageVersionIds: string[] }[] = [];
  const made = new Map<string, FoundCopy>();
  const woken = new Set<string>();
  const complete = { provisioningState: 'Succeeded', traits: {} };
  const it = sharingRoom({
    gallery: {
      findOriginal: async () => ({ ...complete, location: 'westeurope', completedRegions: ['westeurope'] }),
      findShares: async () => ({
        permissions: 'Groups',
        grantees: [{ kind: 'Subscriptions', id: grant.subscriptionId }],
        state: 'Succeeded',
        uniqueName: 'GAL',
      }),
      share: async () => {},
      findGallery: async () => complete,
      createGallery: async () => {},
      findDefinition: async () => complete,
      createDefinition: async () => {},
      findCopy: async ({ gallery }) => made.get(gallery),
      makeCopy: async ({ gallery }, { owner, regions }) => {
        const state = isFailing ? 'failed' : 'completed';
        const each = regions.map(({ name }) => [name, { state, percent: 100 } as const]);
        const provisioningState = isFailing ? 'Failed' : 'Succeeded';
        made.set(gallery, { id: `/${gallery}`, owner, provisioningState, regions: Object.fromEntries(each) });
      },
      removeCopy: async ({ gallery }) => void made.delete(gallery),
    },
    versions: { standing: async (_, asked) => standings.get(asked) },
    planOf: async (asked) =>
      asked === set
        ? {
            subscriptionId: ours,
            gallery: { resourceGroup: 'rg-images', name: 'gal_desktops' },
            definition: { name: 'win11', securityType },
          }
        : undefined,
    poolsAt: async () => pools,
    rows: { places: memoryRows(), copies: memoryRows(), grants: memoryRows() },
    due: memoryRows(),
    wake: async (id) => void woken.add(id),
    now: () => now,
  });
  const look = async (times = 12) => {
    for (let looks = 0; looks < times; looks += 1) {
      now = minutesAfter(now, 5);
      for (const id of woken) await it.advance(id);
    }
  };
  const copyAt = async (place: string) =>
    (await it.requests.copies(set, number)).value.find((one) => one.copy.place === place);
  return {
    ...it.requests,
    ...it.port,
    look,
    copyAt,
    standings,
    pools,
    made,
    fail: (isSo: boolean) => {
      isFailing = isSo;
    },
  };
}
export type Room = ReturnType<typeof room>;
