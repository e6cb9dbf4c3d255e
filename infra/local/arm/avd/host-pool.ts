import { randomUUID } from 'node:crypto';
import { ArmError, type Json } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';

export const HOST_POOL = 'Microsoft.DesktopVirtualization/hostPools';
/** The limit of a pool when nobody says otherwise. */
export const UNLIMITED = 999_999;

export interface HostPoolProperties {
  readonly objectId: string;
  readonly hostPoolType: 'Pooled' | 'Personal' | 'BYODesktop';
  loadBalancerType: 'BreadthFirst' | 'DepthFirst' | 'Persistent';
  preferredAppGroupType: string;
  maxSessionLimit: number;
  /** Of a personal pool: whether its desktops are given to whoever connects first, or by name only. */
  personalDesktopAssignmentType?: 'Automatic' | 'Direct';
  /** A user who finds their host off has it started. */
  startVMOnConnect?: boolean;
  friendlyName?: string;
  description?: string;
}

export type HostPool = Resource<HostPoolProperties>;

/** How many users one host of the pool holds; a personal desktop is for one, whatever its pool says. */
export function placesOn({ properties }: HostPool): number {
  return properties.hostPoolType === 'Personal' ? 1 : properties.maxSessionLimit;
}

/** A refusal of the desktop service: it puts the status in `code` and the reason behind an activity id. */
export function refusal(status: number, reason: string): ArmError {
  return new ArmError(status, String(status), `ActivityId: ${randomUUID()} Error: ${reason}`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
