import { randomUUID } from 'node:crypto';
import { ArmError, type Json } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';

export const HOST_POOL = 'Microsoft.DesktopVirtualization/hostPools';

export interface HostPoolProperties {
  readonly objectId: string;
  readonly hostPoolType: 'Pooled' | 'Personal' | 'BYODesktop';
  loadBalancerType: 'BreadthFirst' | 'DepthFirst' | 'Persistent';
  preferredAppGroupType: string;
  maxSessionLimit: number;
  friendlyName?: string;
  description?: string;
}

export type HostPool = Resource<HostPoolProperties>;

/** A refusal of the desktop service: it puts the status in `code` and the reason behind an activity id. */
export function refusal(status: number, reason: string): ArmError {
  return new ArmError(status, String(status), `ActivityId: ${randomUUID()} Error: ${reason}`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
