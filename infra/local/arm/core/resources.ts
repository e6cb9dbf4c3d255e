import { ArmError, type Json } from './arm-error.ts';
import type { Call } from './provider.ts';
import { groupOf, parentOf, parseId } from './resource-id.ts';

/** One resource as ARM keeps it. What Azure knows but never tells lives in WeakMaps of those who need it. */
export interface Resource<Properties extends object = Json> {
  readonly id: string;
  readonly name: string;
  /** In Azure's own casing, e.g. `Microsoft.Compute/virtualMachines`. */
  readonly type: string;
  location?: string | undefined;
  tags?: Record<string, string> | undefined;
  /** Top-level parts beside the usual ones: sku, plan, identity, zones … */
  fields: Json;
  properties: Properties & { provisioningState?: string };
  etag: string;
}

export interface NewResource<Properties extends object = Json> {
  readonly id: string;
  readonly type: string;
  readonly location?: string | undefined;
  readonly tags?: Record<string, string> | undefined;
  readonly fields?: Json;
  readonly properties: Properties & { provisioningState?: string };
}

export interface ResourceGroup {
  readonly name: string;
  readonly subscriptionId: string;
  readonly location: string;
}

/** All resources, found by id without regard to case and returned in the casing they were created with. */
export class Resources {
  readonly #table = new Map<string, Resource>();
  readonly #groups = new Map<string, ResourceGroup>();
  readonly #subscriptions = new Set<string>();
  #version = 0;

  addSubscription(id: string): void {
    this.#subscriptions.add(id.toLowerCase());
  }

  addResourceGroup(group: ResourceGroup): ResourceGroup {
    this.addSubscription(group.subscriptionId);
    this.#groups.set(`${group.subscriptionId}/${group.name}`.toLowerCase(), group);
    return group;
  }

  resourceGroup(subscriptionId: string, name: string): ResourceGroup | undefined {
    return this.#groups.get(`${subscriptionId}/${name}`.toLowerCase());
  }

  /** Refuses subscriptions and resource groups that do not exist, as ARM does before any provider is asked. */
  requireScope(subscriptionId: string, resourceGroup?: string): void {
    if (!this.#subscriptions.has(subscriptionId.toLowerCase())) {
      throw new ArmError(
        404,
        'SubscriptionNotFound',
        `The subscription '${subscriptionId}' could not be found.`,
      );
    }
    if (resourceGroup !== undefined && !this.resourceGroup(subscriptionId, resourceGroup)) {
      throw new ArmError(
        404,
        'ResourceGroupNotFound',
        `Resource group '${resourceGroup}' could not be found.`,
      );
    }
  }

  find<P extends object = Json>(id: string): Resource<P> | undefined {
    return this.#table.get(id.toLowerCase()) as Resource<P> | undefined;
  }

  /** The resource, or the 404 that ARM answers for it or for its missing parent. */
  require<P extends object = Json>(id: string, verb = 'read'): Resource<P> {
    const found = this.find<P>(id);
    if (found) return found;
    this.requireParent(id, verb);
    const { type, name } = parseId(id);
    throw new ArmError(
      404,
      'ResourceNotFound',
      `The Resource '${withNames(id) ?? `${type}/${name}`}' under resource group '${groupOf(id)}' was not found. ` +
        'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
    );
  }

  /** Refuses a child whose parent is not there. */
  requireParent(id: string, verb = 'write'): void {
    const parent = parentOf(id);
    if (parent === undefined || this.find(parent)) return;
    const { type } = parseId(id);
    throw new ArmError(
      404,
      'ParentResourceNotFound',
      `Failed to perform '${verb}' on resource(s) of type '${type.slice(type.indexOf('/') + 1)}', because the parent ` +
        `resource '${parent}' could not be found.`,
    );
  }

  /** Adds a resource, or replaces what stands under its id (first casing of the id is kept). */
  put<P extends object = Json>(made: NewResource<P>): Resource<P> {
    const before = this.find<P>(made.id);
    const { tags, location, fields = {}, properties } = made;
    const etag = this.#nextEtag();
    if (before) return Object.assign(before, { tags, location, fields, properties, etag });
    const { name } = parseId(made.id);
    const resource: Resource<P> = {
      id: made.id,
      name,
      type: made.type,
      location,
      tags,
      fields,
      properties,
      etag,
    };
    this.#table.set(made.id.toLowerCase(), resource as unknown as Resource);
    return resource;
  }

  /** To be called after a change in place, so that its ETag changes too. */
  touch(resource: Pick<Resource, 'etag'>): void {
    resource.etag = this.#nextEtag();
  }

  /** Takes a resource and everything under it out of the table. */
  remove(id: string): void {
    const prefix = `${id.toLowerCase()}/`;
    this.#table.delete(id.toLowerCase());
    for (const key of this.#table.keys()) if (key.startsWith(prefix)) this.#table.delete(key);
  }

  /** In order of creation: of one type, under an id, in a resource group or subscription. */
  list<P extends object = Json>(where: { type?: string; under?: string } = {}): Resource<P>[] {
    const type = where.type?.toLowerCase();
    const prefix = where.under === undefined ? undefined : `${where.under.toLowerCase().replace(/\/$/, '')}/`;
    const found: Resource[] = [];
    for (const [key, resource] of this.#table) {
      if (type !== undefined && resource.type.toLowerCase() !== type) continue;
      if (prefix === undefined || key.startsWith(prefix)) found.push(resource);
    }
    return found as unknown as Resource<P>[];
  }

  #nextEtag(): string {
    this.#version += 1;
    return `"${this.#version}"`;
  }
}

/** A resource as ARM shows it. */
export function shown(resource: Resource<object>): Json {
  const { id, name, type, location, tags, fields, properties } = resource;
  return {
    id,
    name,
    type,
    ...(location !== undefined && { location }),
    ...(tags && { tags }),
    ...fields,
    properties,
  };
}

/** One page of a list, with the link to the next: ARM's lists come in pages, and clients must follow. */
export function paged(call: Call, items: readonly unknown[], pageSize = 50): { status: 200; body: Json } {
  const from = Number(call.query.get('$skiptoken') ?? 0);
  const value = items.slice(from, from + pageSize);
  if (from + pageSize >= items.length) return { status: 200, body: { value } };
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', String(from + pageSize));
  return {
    status: 200,
    body: { value, nextLink: `https://management.azure.com${call.path}?${query.toString()}` },
  };
}

/** `Microsoft.Compute/galleries/g/images/i`, the way ARM's 404 names a nested resource. */
function withNames(id: string): string | undefined {
  return /\/providers\/([^/]+\/.+)$/i.exec(id)?.[1];
}
