import { AppError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { elderVersion, oldVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

const { scaleSet: _, ...where } = body;
export const withPolicy = (policy: Partial<Policy> = {}) =>
  DefinePool.parse({
    ...where,
    virtualMachines: { resourceGroup: 'g' },
    policy: { ...body.policy, maxUnavailable: 1, ...policy },
  });

/** A pool of machines that stand alone, two on the version that most run and one on an elder, and its rollout. */
export async function mixed(policy: Partial<Policy> = {}, on = [oldVersion, oldVersion, elderVersion]) {
  const elsewhere = new Set<string>();
  const unanswered = new Set<string>();
  const fleet = await poolOf(on.length, (azure) => {
    azure.kind = 'stand-alone';
    azure.gallery = {
      completedRegions: async (image) => {
        if (unanswered.has(image)) throw new AppError('AzureUnavailable', 'no answer');
        return elsewhere.has(image) ? ['northeurope'] : ['westeurope'];
      },
    };
  });
  const { asks, azure } = fleet;
  for (const [number, imageVersionId] of on.entries()) {
    const state = azure.fleet.get(`avd-${number}`);
    if (state) state.machine = { ...state.machine, imageVersionId };
  }
  await asks.definePool('pool', withPolicy(policy));
  const { id } = await asks.startRollout('pool', start, 'first');
  const images = () =>
    Object.fromEntries(
      [...azure.fleet].map(([name, { machine }]) => [name, machine.imageVersionId.slice(-5)]),
    );
  const outcomes = async (of: string) =>
    Object.fromEntries((await asks.hostsOf(of)).map(({ name, outcome }) => [name, outcome]));
  return { ...fleet, elsewhere, unanswered, id, images, outcomes };
}

export const asBefore = { 'avd-0': '1.0.0', 'avd-1': '1.0.0', 'avd-2': '0.9.0' };
export const allOld = { ...asBefore, 'avd-2': '1.0.0' };
export const allNew = { 'avd-0': '1.1.0', 'avd-1': '1.1.0', 'avd-2': '1.1.0' };
