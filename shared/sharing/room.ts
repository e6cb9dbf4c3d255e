import type { Instant } from '../instant.ts';
import { Engine } from '../workflow/engine.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import { type Copy, type CopyEvent, copyLife } from './copy.ts';
import type { SharingGallery } from './gallery.ts';
import { type Grant, type GrantEvent, grantLife } from './grant.ts';
import { ensureGranted, ensureWithdrawn } from './grants.ts';
import { ensureCopied, ensureReplicated } from './make.ts';
import { performCopy, performPlace } from './perform.ts';
import { type Place, type PlaceEvent, placeLife } from './place.ts';
import { sharingPort } from './port.ts';
import { ensureReady } from './ready.ts';
import { ensureEmptied, ensureRemoved } from './remove.ts';
import { sharingRequests, type RequestParts } from './requests.ts';
import type { Copies, Grants, Places, PoolsAt, Versions } from './stage.ts';

interface News {
  readonly type: string;
}

interface Parts {
  readonly gallery: SharingGallery;
  readonly versions: Versions;
  readonly planOf: RequestParts['planOf'];
  readonly poolsAt: PoolsAt;
  readonly rows: { readonly places: Rows; readonly copies: Rows; readonly grants: Rows };
  readonly due: Rows;
  /** Of copies and of places: an id tells which of them it is. */
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: News) => void;
  readonly onFailure?: (id: string, error: unknown) => string;
}

/** Places that versions are used from and their copies there, wired. */
export function sharingRoom(all: Parts) {
  const { gallery, versions, planOf, poolsAt, rows, due, wake, now, onNews, onFailure } = all;
  const byId = { order: 'by-id' } as const;
  const placeStore = new WorkflowStore<Place, PlaceEvent>('hosting-place', rows.places, due, byId);
  const copyStore = new WorkflowStore<Copy, CopyEvent>('copy', rows.copies, due, byId);
  const grantStore = new WorkflowStore<Grant, GrantEvent>('grant', rows.grants, due);
  const common = { wake, now, ...(onNews && { onNews }), ...(onFailure && { onFailure }) };
  const placeOf = async (id: string) => (await placeStore.load(id))?.state;

  const grants: Grants = new Engine({
    ...common,
    workflow: grantLife,
    store: grantStore,
    // What has no time of its own is never woken.
    wake: async () => {},
    perform: async (id) => {
      throw new Error(`${id} calls for nothing`);
    },
  });
  const granting = { gallery, grants, placeOf, now };
  const stages = {
    grant: ensureGranted(granting),
    place: ensureReady(gallery),
    copy: ensureCopied(gallery),
    replicate: ensureReplicated(gallery),
    remove: ensureRemoved(gallery, poolsAt),
  };
  const copies: Copies = new Engine({
    ...common,
    workflow: copyLife,
    store: copyStore,
    perform: performCopy({ stages, placeOf, versions, now }),
  });
  const places: Places = new Engine({
    ...common,
    workflow: placeLife,
    store: placeStore,
    perform: performPlace(
      { empty: ensureEmptied(copies, copyStore), withdraw: ensureWithdrawn(granting) },
      now,
    ),
  });
  const parts = { copies, copyStore, places, placeStore, versions, poolsAt, planOf, now };
  return {
    port: sharingPort(parts),
    requests: sharingRequests(parts),
    advance: async (id: string) => await (isOfCopy(id) ? copies : places).advance(id),
    sweep: async () => {
      try {
        await copies.sweep();
      } finally {
        // What one kind fails on must not keep the other from being found.
        await places.sweep();
      }
    },
  };
}

/** `<set>.<place>` is a place, `<set>.<major>.<minor>.<patch>.<place>` is a copy. */
const isOfCopy = (id: string) => id.split('.').length > 2;
