import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { invalid, refuseChange, required, write } from './writing.ts';

type GroupType = 'Subscriptions' | 'AADTenants';

/** With whom a gallery is shared directly. Kept whole here; the groups are only shown when asked for. */
export interface SharingProfile {
  permissions?: string;
  groups?: { type: GroupType; ids: string[] }[];
}

interface Shared {
  sharingProfile?: SharingProfile;
  sharingStatus?: { aggregatedState: string; summary: { region: string; state: string }[] };
}

interface SharingUpdate {
  operationType?: string;
  groups?: { type?: string; ids?: string[] }[];
}

/** "You can share up to 30 subscriptions and 5 tenants." */
const MOST: Readonly<Record<GroupType, number>> = { Subscriptions: 30, AADTenants: 5 };
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The profile after a PUT or PATCH of the gallery. "Share a gallery with all users in a subscription or tenant": you
 * cannot use an existing gallery, and the property cannot be updated; groups come and go by the action `share` alone.
 */
export function sharingProfileOf(
  before: Resource<Shared> | undefined,
  given: SharingProfile | undefined,
): SharingProfile {
  const { permissions = 'Private', groups = [] } = before?.properties.sharingProfile ?? {};
  if (before) refuseChange('sharingProfile.permissions', permissions, given?.permissions);
  const wanted = before ? permissions : (given?.permissions ?? 'Private');
  if (wanted !== 'Private' && wanted !== 'Groups') {
    throw invalid('sharingProfile.permissions', wanted, 'Only Private and Groups are imitated here.');
  }
  return { permissions: wanted, groups };
}

/** The action `share`: Add, Remove, Reset. Brought to the regions one after the other. */
export function share(world: World, call: Call, gallery: Resource<Shared>): Answer {
  const { operationType, groups = [] } = (call.body ?? {}) as SharingUpdate;
  required('operationType', operationType);
  world.operations.refuseIfBusy(gallery.id);
  const { sharingProfile } = gallery.properties;
  if (sharingProfile?.permissions !== 'Groups') {
    // No document has the text: that it is refused follows from "you need to create a new gallery".
    const why = `Gallery '${gallery.name}' cannot be shared: its sharing permission is '${sharingProfile?.permissions ?? 'Private'}', not 'Groups'.`;
    throw new ArmError(409, 'OperationNotAllowed', why);
  }
  const after = updated(sharingProfile.groups ?? [], operationType, groups);
  refuseTooMany(after);
  sharingProfile.groups = after;
  const region = regionName(gallery.location ?? '');
  const status = (state: string) => ({ aggregatedState: state, summary: [{ region, state }] });
  gallery.properties.sharingStatus = status('InProgress');
  const finish = () => {
    gallery.properties.sharingStatus = status('Succeeded');
  };
  const fail = () => {
    gallery.properties.provisioningState = 'Succeeded';
    gallery.properties.sharingStatus = status('Failed');
  };
  const show = () => ({ operationType, groups });
  const seconds = [15, 60] as const;
  return write(world, call, {
    resource: gallery,
    isNew: false,
    seconds,
    segment: 'capsOperations',
    accepted: true,
    finish,
    fail,
    show,
  });
}

/** A gallery as it is shown: its groups and how far they are only with `$expand=SharingProfile/Groups`. */
export function shownGallery(call: Call, gallery: Resource<Shared>): Json {
  const { sharingProfile, sharingStatus, ...properties } = gallery.properties;
  if (sharingProfile?.permissions !== 'Groups') return shown({ ...gallery, properties });
  const isExpanded = call.query.get('$expand')?.toLowerCase() === 'sharingprofile/groups';
  const { permissions, groups } = sharingProfile;
  const all: Shared & Json = {
    ...properties,
    sharingProfile: { permissions, ...(isExpanded && groups && { groups }) },
    ...(isExpanded && sharingStatus && { sharingStatus }),
  };
  return shown({ ...gallery, properties: all });
}

/** No document says what becomes of those it is shared with, so that a gallery that is shared stays. */
export function refuseShared({ name, properties }: Resource): void {
  const { sharingProfile } = properties as Shared;
  if (!sharingProfile?.groups?.some(({ ids }) => ids.length > 0)) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Gallery '${name}' is shared. Reset its sharing profile before deleting it.`,
  );
}

/** "The image version's region in the gallery should be the same as the home region", where it is shared directly. */
export function refuseAway(gallery: Resource<Shared> | undefined, location: string): void {
  if (gallery?.properties.sharingProfile?.permissions !== 'Groups') return;
  if (regionName(gallery.location ?? '') === location) return;
  throw invalid(
    'location',
    location,
    `A version of a direct shared gallery is made in '${gallery.location}'.`,
  );
}

function updated(
  before: NonNullable<SharingProfile['groups']>,
  operationType: string,
  given: NonNullable<SharingUpdate['groups']>,
): NonNullable<SharingProfile['groups']> {
  if (operationType === 'Reset') return [];
  if (operationType !== 'Add' && operationType !== 'Remove') {
    throw invalid('operationType', operationType, 'It is Add, Remove or Reset.');
  }
  if (given.length === 0) throw invalid('groups', given, 'It names at least one group.');
  const groups = (['Subscriptions', 'AADTenants'] as const).map((type) => ({
    type,
    ids: new Set(before.find((group) => group.type === type)?.ids),
  }));
  for (const { type, ids = [] } of given) {
    const group = groups.find((one) => one.type === type);
    if (!group) throw invalid('groups.type', type, 'It is Subscriptions or AADTenants.');
    for (const id of ids) {
      if (!GUID.test(id)) throw invalid('groups.ids', id, 'It is no id of a subscription or tenant.');
      if (operationType === 'Add') group.ids.add(id.toLowerCase());
      else group.ids.delete(id.toLowerCase());
    }
  }
  return groups.map(({ type, ids }) => ({ type, ids: [...ids] })).filter(({ ids }) => ids.length > 0);
}

function refuseTooMany(groups: NonNullable<SharingProfile['groups']>): void {
  const many = groups.find(({ type, ids }) => ids.length > MOST[type]);
  if (!many) return;
  throw invalid(
    'groups.ids',
    many.ids.length,
    `A gallery is shared with ${MOST[many.type]} ${many.type} at most.`,
  );
}
