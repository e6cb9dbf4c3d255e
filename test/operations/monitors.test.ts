import { describe, expect, it } from 'vitest';
import { versionLife, type Version, type VersionEvent } from '../../shared/images/image.ts';
import { monitorRequests, watched } from '../../shared/operations/monitors.ts';
import { operationNamed } from '../../shared/operations/monitor.ts';
import { monitorsOfVersions } from '../../shared/wiring/monitors-of-images.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import {
  canceled,
  captures,
  done,
  fails,
  type Told,
  noon,
  requested,
  retried,
  upTo,
} from '../images/versions.ts';
import { memoryRows } from '../support/memory-rows.ts';

const id = 'win11.1.0.0';

/** A version of which all this was told, and the operations on it. */
async function lived(...story: readonly Told[]) {
  const store = new WorkflowStore<Version, VersionEvent>('version', memoryRows(), memoryRows());
  const engine = new Engine({
    workflow: versionLife,
    store,
    perform: () => Promise.reject(new Error('nobody looks')),
    wake: async () => {},
    now: () => noon,
  });
  await engine.record(id, () => requested);
  const tell = async (...more: readonly Told[]) => {
    for (const told of more) await engine.record(id, (state) => told(state, 1));
  };
  await tell(...story);
  const kept = {
    load: async (of: string) => await store.load(of),
    history: async (of: string) => await store.history(of),
  };
  const cancel = async () => await tell(canceled);
  const operations = monitorRequests({
    kinds: {
      build: watched(monitorsOfVersions.build, kept),
      deletion: watched(monitorsOfVersions.deletion, kept),
    },
    cancels: { build: { role: 'builder', ask: cancel } },
    now: () => noon,
  });
  return { ...operations, tell };
}

const statuses = async ({ get }: Awaited<ReturnType<typeof lived>>, ...ids: string[]) => {
  const found = [];
  for (const one of ids) found.push((await get(one)).status);
  return found;
};
const [first, second] = [`build.1.${id}`, `build.2.${id}`];

describe('a build, watched', () => {
  it('is not started before its first look, then runs through its stages, and succeeds', async () => {
    const one = await lived();
    expect(await one.get(first)).toMatchObject({
      id: first,
      kind: 'build',
      status: 'NotStarted',
      resource: 'image-sets/win11/versions/1.0.0',
      createdAt: noon,
      lastActionAt: noon,
      waitingFor: 'resolve',
    });
    await one.tell(done, done);
    const { status, stages } = await one.get(first);
    expect(status).toBe('Running');
    expect(stages?.slice(0, 4)).toEqual([
      { name: 'resolve', state: 'done' },
      { name: 'admit', state: 'done' },
      { name: 'prepare', state: 'running' },
      { name: 'provision', state: 'ahead' },
    ]);
    await one.tell(...upTo('hand-over').slice(2), done);
    expect(await one.get(first)).toMatchObject({ status: 'Succeeded', percentComplete: 100 });
  });

  it('that failed has failed for ever, and its retry is another', async () => {
    const one = await lived(done, fails, done);
    expect(await one.get(first)).toMatchObject({ status: 'Failed', error: { code: 'AzureRefused' } });
    expect(await one.of('build', id)).toBe(first);
    await one.tell(retried('resolve'));
    expect(await one.of('build', id)).toBe(second);
    expect(await statuses(one, first, second)).toEqual(['Failed', 'NotStarted']);
    await one.tell(...upTo('hand-over'), done);
    expect(await statuses(one, first, second)).toEqual(['Failed', 'Succeeded']);
  });

  it('whose capture failed has failed, though its bench waits for a retry and may be canceled', async () => {
    const one = await lived(...upTo('capture'), fails);
    expect(await statuses(one, first)).toEqual(['Failed']);
    await one.tell(canceled, done);
    expect(await statuses(one, first)).toEqual(['Failed']);
  });

  it('runs until what was made for it is gone, also when it is canceled', async () => {
    const one = await lived(done, captures);
    expect(await one.cancel(first, { reason: 'changed my mind' })).toMatchObject({ status: 'Running' });
    await one.tell(done);
    expect(await one.get(first)).toMatchObject({ status: 'Canceled', reason: 'ana: changed my mind' });
  });

  it('that is over, or is none, cannot be canceled', async () => {
    const one = await lived(done, fails, done);
    await expect(one.cancel(first, { reason: 'r' })).rejects.toMatchObject({ code: 'InvalidPhase' });
    expect(one.roleToCancel(first)).toBe('builder');
    expect(one.roleToCancel(`deletion.1.${id}`)).toBe('reader');
  });

  it.each([
    second,
    `deletion.1.${id}`,
    'build.1.win11.2.0.0',
    'build.1.win11',
    'toString.1.x',
    'build.0.win11.1.0.0',
  ])('%s is not there', async (name) => {
    const one = await lived();
    await expect(one.get(name)).rejects.toMatchObject({ code: 'NotFound', target: 'operation' });
  });

  it('is named by its kind, its number and what it is about', () => {
    expect(operationNamed('release-rollback.12.win11.1.4.0')).toEqual({
      kind: 'release-rollback',
      number: 12,
      of: 'win11.1.4.0',
    });
  });
});
