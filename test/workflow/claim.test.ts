import { describe, expect, it } from 'vitest';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { claimsIn } from '../../shared/workflow/claim.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** Owners and what they have saved that they have, one thing each. */
function owning() {
  const saved = new Map<string, string>();
  const state: { now: Instant } = { now: '2026-01-05T12:00:00.000Z' };
  const claims = claimsIn({ kind: 'thing', rows: memoryRows(), due: memoryRows(), now: () => state.now });
  const own = async (owner: string, thing: string, save = async () => void saved.set(owner, thing)) =>
    await claims(owner, thing, {
      names: async (one, of) => saved.get(one) === of,
      another: async (one, of) => [...saved].find(([other, its]) => other !== one && its === of)?.[0],
      taken: (other) => new Error(`it is ${other}'s`),
      save,
    });
  const pass = (seconds: number) => {
    state.now = secondsAfter(state.now, seconds);
  };
  return { saved, own, pass };
}

describe('a thing that only one can have', () => {
  it('is had by one, of several who ask at once', async () => {
    const { saved, own } = owning();
    const all = await Promise.allSettled(['ann', 'ben', 'cid'].map(async (one) => await own(one, 'car')));
    expect(all.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [[owner = ''] = []] = saved;
    expect(saved.size).toBe(1);
    await expect(own('dan', 'car')).rejects.toThrow(`it is ${owner}'s`);
    await own(owner, 'car');
  });

  it('is his who named it before there were claims', async () => {
    const { saved, own } = owning();
    saved.set('ann', 'car');
    await expect(own('ben', 'car')).rejects.toThrow("it is ann's");
    await own('ann', 'car');
  });

  it('is free at once when its owner names it no more', async () => {
    const { saved, own } = owning();
    await own('ann', 'car');
    await own('ann', 'bike');
    await own('ben', 'car');
    await expect(own('ann', 'car')).rejects.toThrow("it is ben's");
    saved.delete('ben');
    await own('ann', 'car');
  });

  it('stays claimed while nobody knows what became of the save, and not for ever', async () => {
    const { own, pass } = owning();
    const died = async () => await Promise.reject(new Error('died here'));
    await expect(own('ann', 'car', died)).rejects.toThrow('died here');
    await expect(own('ben', 'car')).rejects.toThrow("it is ann's");
    pass(601);
    await own('ben', 'car');
  });

  it('is not taken from whoever claims it again while another finds it free', async () => {
    const { saved, own } = owning();
    await own('ann', 'car');
    saved.delete('ann');
    const all = await Promise.allSettled([own('ann', 'car'), own('ben', 'car')]);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(saved.size).toBe(1);
  });
});
