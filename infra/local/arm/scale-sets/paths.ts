import { buckets } from '../core/throttle.ts';

export const API_VERSION = '2026-04-01';
export const SUBSCRIPTION = '/subscriptions/{subscriptionId}';
export const SCALE_SETS = `${SUBSCRIPTION}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`;
export const SCALE_SET_PATH = `${SCALE_SETS}/{vmScaleSetName}`;
export const INSTANCES = `${SCALE_SET_PATH}/virtualMachines`;
export const INSTANCE_PATH = `${INSTANCES}/{instanceId}`;

const BY_SET = ['subscriptionId', 'resourceGroup', 'vmScaleSetName'];
const BY_INSTANCE = [...BY_SET, 'instanceId'];

/** What a scale set's requests cost, as in "Troubleshoot API throttling errors - Azure Compute". */
export const COSTS = {
  read: buckets('GetVMScaleSet', { perMinute: 12, by: BY_SET }),
  list: buckets('ListVMScaleSetInstances', { perMinute: 10, by: BY_SET }, { perMinute: 500 }),
  update: buckets('UpdateVMScaleSet', { perMinute: 4, by: BY_SET }, { perMinute: 500 }),
  /** Reimage, start, restart and the like count for the subscription and region only. */
  action: buckets('VMScaleSetActions', undefined, { perMinute: 500 }),
  readInstance: buckets('GetVMScaleSetVM', { perMinute: 12, by: BY_INSTANCE }),
  updateInstance: buckets('UpdateVMScaleSetVM', { perMinute: 4, by: BY_INSTANCE }, { perMinute: 500 }),
} as const;
