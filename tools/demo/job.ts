import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, Refused } from './api.ts';
import type { ChannelView, HostPoolView, HostView, ReleaseView, RolloutView, VersionView } from './views.ts';

const examples = join(import.meta.dirname, '../../examples');
const example = (name: string): unknown => JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8'));

export const imageSet = 'win11-avd';
const pools = ['test', 'production'] as const;

/** How everything stands that belongs to one version. */
export interface Progress {
  readonly version: VersionView;
  readonly release: ReleaseView;
  readonly rollouts: readonly (RolloutView & { readonly hosts: readonly HostView[] })[];
}

/** Nothing more happens by itself. */
export const isOver = ({ release }: Progress): boolean => !['running', 'stopping'].includes(release.status);

/** Tells Goldsmith of the image set and of the host pools that run it. */
export async function define(api: Api): Promise<readonly HostPoolView[]> {
  await api.put(`image-sets/${imageSet}`, example('image-set'));
  const linked = pools.map((pool) =>
    api.put<HostPoolView>(`host-pools/${pool}`, example(`host-pool-${pool}`)),
  );
  return await Promise.all(linked);
}

/** Asks for a version; the key makes it one request however often it is sent. Answers its number. */
export async function request(api: Api, key: string): Promise<string> {
  const path = `image-sets/${imageSet}/versions`;
  const { version } = await api.post<VersionView>(path, example('version'), { 'idempotency-key': key });
  return version;
}

/** Approves, and takes it for done when an earlier try turns out to have been heard. */
export async function approve(api: Api, number: string): Promise<void> {
  const path = `image-sets/${imageSet}/versions/${number}`;
  try {
    await api.post(`${path}/approve`, example('approval'));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'NotFound') throw error;
    const { stage } = await api.get<ReleaseView>(`releases/${imageSet}.${number}`);
    if (stage === 'approve') throw error;
  }
}

export async function look(api: Api, number: string): Promise<Progress> {
  const [version, release, { value: channels }] = await Promise.all([
    api.get<VersionView>(`image-sets/${imageSet}/versions/${number}`),
    api.get<ReleaseView>(`releases/${imageSet}.${number}`),
    api.get<{ value: readonly ChannelView[] }>(`image-sets/${imageSet}/channels`),
  ]);
  const ids = channels.flatMap(({ holds }) => (holds?.version === number ? holds.rollouts : []));
  const rollouts = ids.map(async (id) => {
    const [rollout, { value: hosts }] = await Promise.all([
      api.get<RolloutView>(`rollouts/${id}`),
      api.get<{ value: readonly HostView[] }>(`rollouts/${id}/hosts`),
    ]);
    return Object.assign(rollout, { hosts });
  });
  return { version, release, rollouts: await Promise.all(rollouts) };
}

function waitsForApproval({ release }: Progress): boolean {
  if (release.status !== 'running' || release.stage !== 'approve') return false;
  return release.channels.some(({ approval }) => approval?.status === 'pending');
}

interface Following {
  readonly onProgress: (progress: Progress) => void | Promise<void>;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** Looks until it is over, approves when that is asked for, and answers how it ended. */
export async function follow(
  api: Api,
  number: string,
  { onProgress, everyMs = 300, signal }: Following,
): Promise<Progress> {
  for (;;) {
    signal?.throwIfAborted();
    const progress = await look(api, number);
    await onProgress(progress);
    if (isOver(progress)) return progress;
    if (waitsForApproval(progress)) await approve(api, number);
    await sleep(everyMs, undefined, signal ? { signal } : {});
  }
}
