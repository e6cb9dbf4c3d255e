import type { Api } from '../demo/api.ts';

type Json = Readonly<Record<string, unknown>>;

/** What people put there; what goes on by itself is left out. */
const collections: readonly (readonly [path: string, ...fields: readonly string[]])[] = [
  [
    'image-sets',
    'name',
    'definition',
    'source',
    'recipe',
    'regions',
    'channels',
    'retention',
    'bench',
    'inspection',
  ],
  ['host-pools', 'name', 'imageSet', 'channel', 'policy', 'hostPool', 'resourceGroup', 'scaleSet'],
  ['freezes', 'id', 'scope', 'reason', 'from', 'until', 'by', 'at'],
  ['schedules', 'id', 'when', 'request', 'enabled', 'missed', 'overlap', 'blackouts', 'inBlackout', 'by'],
  ['image-sets/fuzz-a/channels', 'name', 'policy'],
  ['image-sets/fuzz-b/channels', 'name', 'policy'],
  ['image-sets/fuzz-a/places', 'name', 'how', 'regions', 'revision'],
  ['image-sets/fuzz-b/places', 'name', 'how', 'regions', 'revision'],
  ['image-sets/fuzz-a/versions', 'id', 'requested', 'description', 'endOfLife'],
  ['image-sets/fuzz-b/versions', 'id', 'requested', 'description', 'endOfLife'],
  [
    'subscriptions',
    'id',
    'kind',
    'description',
    'types',
    'imageSets',
    'hostPools',
    'channels',
    'address',
    'secretUri',
    'by',
    'changedAt',
  ],
];
/** Where there is one and no list. */
const gates = ['image-sets/fuzz-a/channels/test/gate', 'image-sets/fuzz-b/channels/production/gate'];

/** All that a refused request must leave as it was, as clients see it. */
export async function kept(api: Api): Promise<readonly string[]> {
  const all: string[] = [];
  for (const path of gates) all.push(`${path} ${JSON.stringify(await api.get(path))}`);
  for (const [path, ...fields] of collections) {
    const { value } = await api.get<{ value: readonly Json[] }>(path);
    // What is being removed goes by itself.
    const there = value.filter(({ state }) => state !== 'removing' && state !== 'stuck');
    const shown = there.map((one) => Object.fromEntries(fields.map((name) => [name, one[name]])));
    all.push(`${path} ${JSON.stringify(shown)}`);
  }
  return all;
}
