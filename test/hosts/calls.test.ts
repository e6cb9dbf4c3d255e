import { describe, expect, it } from 'vitest';
import { measured } from './pace-lives.ts';

describe('what a rollout asks of Azure', () => {
  it(
    'is at most 60 calls a host in a pool of 100, and sees what changed within 12 seconds',
    { timeout: 60_000 },
    async () => {
      // Two function instances that share nothing: the dearest way to run it.
      const { phase, callsPerHost, lag } = await measured({ hosts: 100 });
      expect(phase).toBe('succeeded');
      expect(callsPerHost).toBeLessThanOrEqual(60);
      expect(lag.changes).toBe(300);
      expect(lag.p95).toBeLessThanOrEqual(12);
    },
  );

  it('is the less for each host the more of them share what is read', { timeout: 120_000 }, async () => {
    const of = async (hosts: number) => (await measured({ hosts, window: '20%' })).callsPerHost;
    const [ten, forty, eighty] = [await of(10), await of(40), await of(80)];
    expect(forty).toBeLessThan(ten);
    expect(eighty).toBeLessThan(forty);
  });
});
