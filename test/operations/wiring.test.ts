import { describe, expect, it } from 'vitest';
import type { Outside } from '../../shared/outside.ts';
import { wireOperations } from '../../shared/wiring/operations.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';

const now = '2026-01-05T12:00:00.000Z';
const since = '2026-01-05T11:00:00.000Z';

/** The operations of an app that has these states, each with when it is looked at again. */
async function operationsOver(
  states: readonly [kind: string, table: string, id: string, state: object, dueAt?: string][],
) {
  const tables = new Map<string, Rows>();
  const rows = (name: string) => {
    const table = tables.get(name) ?? memoryRows();
    tables.set(name, table);
    return table;
  };
  for (const [kind, table, id, state, dueAt] of states) {
    const store = new WorkflowStore<object, object>(kind, rows(table), rows('due'));
    await store.save(id, { state, event: {}, at: since, isNews: true, dueAt, before: undefined });
  }
  const deadLetters: Outside['deadLetters'] = {
    list: async () => [],
    putBack: async () => ({ taken: 0, ids: [], hasMore: false }),
  };
  return wireOperations({ rows, now: () => now, deadLetters });
}

const soon = '2026-01-05T12:10:00.000Z';
const failure = { code: 'SysprepFailed', message: 'exit 1', remedy: 'Read the log.' };

describe('what is stuck in an app', () => {
  it('is found in every kind of work, with where the API shows it', async () => {
    const standing = { since, troubles: 5, waitingFor: 'no answer', lookAt: soon };
    const operations = await operationsOver([
      ['version', 'versions', 'win11.1.0.0', { phase: 'held', failure, since }, soon],
      ['release', 'releases', 'win11.1.0.0', { phase: 'blocked', failure, since, standing }, soon],
      ['channel', 'channels', 'win11.production', { phase: 'stuck', failure, at: since }],
      ['leftover', 'leftovers', 'win11.1.0.0.1', { since, why: 'a lock', lookAt: soon }, soon],
      ['host', 'hosts', 'prod-1.7', { standing }, soon],
      ['schedule', 'schedules', 'monthly', {}, '2026-01-05T11:30:00.000Z'],
      ['rollout', 'rollouts', 'prod-1', { phase: 'succeeded' }],
    ]);
    expect((await operations.stuck()).map(({ why, subject }) => [why, subject])).toEqual([
      ['held', 'image-sets/win11/versions/1.0.0'],
      ['left-behind', 'image-sets/win11/versions/1.0.0'],
      ['held', 'releases/win11.1.0.0'],
      ['held', 'image-sets/win11/channels/production'],
      ['troubled', 'rollouts/prod-1/hosts'],
      ['overdue', 'schedules/monthly'],
    ]);
  });

  it('is found among the hosts of the rollouts of each pool of late', async () => {
    const host = (outcome: string) => ({ name: 'avd-1', outcome, why: 'no heartbeat', admittedAt: since });
    const rollout = (outcome: string) => ({ phase: 'failed', facts: { hosts: { '7': host(outcome) } } });
    const operations = await operationsOver([
      ['host-pool', 'hostpools', 'prod', { over: ['prod-1', 'prod-2'] }],
      ['host-pool', 'hostpools', 'test', { over: ['test-1'], activeRollout: 'test-2' }],
      ['rollout', 'rollouts', 'prod-1', rollout('done')],
      ['rollout', 'rollouts', 'prod-2', rollout('quarantined')],
      ['rollout', 'rollouts', 'test-1', rollout('quarantined')],
      ['rollout', 'rollouts', 'test-2', rollout('done')],
    ]);
    expect(await operations.stuck('quarantined')).toMatchObject([
      { kind: 'host', id: 'prod-2.avd-1', message: 'no heartbeat', subject: 'rollouts/prod-2/hosts' },
    ]);
  });
});
