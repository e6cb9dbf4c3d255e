import { createRequire } from 'node:module';
import type { Server as HttpServer } from 'node:http';

/** An entity as Azurite keeps it; `properties` hold `Name` and, where needed, `Name@odata.type`. */
export interface Entity {
  PartitionKey: string;
  RowKey: string;
  properties: Record<string, unknown>;
  /** ISO 8601 with seven decimals, as Table Storage counts time: in ticks of 100 ns. */
  lastModifiedTime: string;
  eTag: string;
}

/** What a request carries from layer to layer in Azurite. */
export interface Context {
  readonly contextID?: string;
  readonly request?: { getMethod(): string };
}

export interface Table {
  readonly account: string;
  readonly table: string;
}

/** One table's entities in the in-memory database under Azurite (lokijs). */
export interface EntityCollection {
  /** All of them, in no order. */
  readonly data: readonly Entity[];
  /** By the name of the property. */
  binaryIndices: Readonly<Record<string, object>>;
  findOne(query: Pick<Entity, 'PartitionKey' | 'RowKey'>): Entity | null;
  insert(added: Entity | Entity[]): unknown;
  update(changed: Entity): unknown;
  remove(gone: Entity): unknown;
}

/**
 * Azurite's store behind its table server, as far as we reach into it. Every write of every request, also of
 * each operation of a transaction, passes through one of these; `batchId` is '' outside a transaction.
 */
export interface MetadataStore {
  init(): Promise<void>;
  close(): Promise<void>;
  createTable(context: Context, table: Table): Promise<void>;
  deleteTable(context: Context, table: string, account: string): Promise<void>;
  insertTableEntity(
    context: Context,
    table: string,
    account: string,
    entity: Entity,
    batchId?: string,
  ): Promise<Entity>;
  updateTableEntity(
    context: Context,
    table: string,
    account: string,
    entity: Entity,
    ifMatch?: string,
    batchId?: string,
  ): Promise<Entity>;
  mergeTableEntity(
    context: Context,
    table: string,
    account: string,
    entity: Entity,
    ifMatch?: string,
    batchId?: string,
  ): Promise<Entity>;
  deleteTableEntity(
    context: Context,
    table: string,
    account: string,
    partitionKey: string,
    rowKey: string,
    etag: string,
    batchId?: string,
  ): Promise<void>;
  endBatchTransaction(
    account: string,
    table: string,
    batchId: string,
    context: Context,
    succeeded: boolean,
  ): Promise<void>;
  queryTableEntities(
    context: Context,
    account: string,
    table: string,
    options: { filter?: string },
    nextPartitionKey?: string,
    nextRowKey?: string,
  ): Promise<[Entity[], string | undefined, string | undefined]>;
  queryTableEntitiesWithPartitionAndRowKey(
    context: Context,
    table: string,
    account: string,
    partitionKey: string,
    rowKey: string,
    batchId?: string,
  ): Promise<Entity | null | undefined>;
  getEntityCollection(account: string, table: string, context: Context): EntityCollection;
}

interface TableServer {
  readonly metadataStore: MetadataStore;
  readonly httpServer: HttpServer;
  start(): Promise<void>;
  close(): Promise<void>;
}

// Azurite ships no types and names no entry for use from a program, hence the deep paths and the pinned version.
const require = createRequire(import.meta.url);
const { default: StorageError } = require('azurite/dist/src/table/errors/StorageError.js') as {
  default: new (
    status: number,
    code: string,
    message: string,
    requestId: string,
    more: undefined,
    context: Context,
  ) => Error;
};
const { default: Configuration } = require('azurite/dist/src/table/TableConfiguration.js') as {
  default: new (...options: unknown[]) => object;
};
const { default: Server } = require('azurite/dist/src/table/TableServer.js') as {
  default: new (configuration: object) => TableServer;
};

/** An error that Azurite's server turns into the answer Table Storage gives, also inside a transaction. */
export function storageError(context: Context, status: number, code: string, message: string): Error {
  return new StorageError(status, code, message, context.contextID ?? '', undefined, context);
}

/** Azurite's table server, not yet listening, with nothing on disk, no logs and no telemetry. */
export function tableServer(host: string, port: number): TableServer {
  // host, port, keep-alive (s), path, debug log, access log, its stream, debug file, loose, skip version check,
  // three for certificates, oauth, no product-style URLs, in memory
  const options = [host, port, 60, 'none', false, false, undefined, undefined, false, true];
  return new Server(new Configuration(...options, '', '', '', undefined, false, true));
}
