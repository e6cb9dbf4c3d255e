import { type Context, type Entity, type MetadataStore, storageError } from './azurite.ts';

const largestEntity = 2 ** 20;
const mostProperties = 252;
const longestPropertyName = 255;
const mostComparisons = 15;
const identifier = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Cf}]*$/u;

/**
 * Makes the store refuse what Table Storage refuses and Azurite lets through ("Understanding the Table service
 * data model", "Querying tables and entities", "Performing entity group transactions"), and gives every write
 * an ETag of its own: Azurite's are the time in steps of 100 us, so two writes could share one, and then the
 * loser of a race would win it.
 */
export function keepLimits(store: MetadataStore): void {
  const original = {
    insert: store.insertTableEntity.bind(store),
    update: store.updateTableEntity.bind(store),
    merge: store.mergeTableEntity.bind(store),
    endBatch: store.endBatchTransaction.bind(store),
    query: store.queryTableEntities.bind(store),
  };
  const partitions = new Map<string, string>();
  const nextTick = ticks();

  const admit = (context: Context, entity: Entity, whole: Entity, batchId = '') => {
    const refusal = refusalOf(whole) ?? strayIn(partitions, batchId, entity.PartitionKey);
    if (refusal) throw storageError(context, 400, refusal.code, refusal.message);
    const now = nextTick();
    entity.lastModifiedTime = now;
    entity.properties['Timestamp'] = now;
    entity.eTag = `W/"datetime'${encodeURIComponent(now)}'"`;
  };

  store.insertTableEntity = async (context, table, account, entity, batchId) => {
    admit(context, entity, entity, batchId);
    return await original.insert(context, table, account, entity, batchId);
  };
  store.updateTableEntity = async (context, table, account, entity, ifMatch, batchId) => {
    admit(context, entity, entity, batchId);
    return await original.update(context, table, account, entity, ifMatch, batchId);
  };
  store.mergeTableEntity = async (context, table, account, entity, ifMatch, batchId) => {
    const { PartitionKey, RowKey } = entity;
    const there = await store.queryTableEntitiesWithPartitionAndRowKey(
      {},
      table,
      account,
      PartitionKey,
      RowKey,
    );
    const whole = { ...entity, properties: { ...there?.properties, ...entity.properties } };
    admit(context, entity, whole, batchId);
    return await original.merge(context, table, account, entity, ifMatch, batchId);
  };
  store.endBatchTransaction = async (account, table, batchId, context, succeeded) => {
    partitions.delete(batchId);
    await original.endBatch(account, table, batchId, context, succeeded);
  };
  store.queryTableEntities = async (context, account, table, options, nextPartition, nextRow) => {
    if (comparisons(options.filter) > mostComparisons) {
      const message = `A $filter may hold ${mostComparisons} comparisons at most.`;
      throw storageError(context, 400, 'InvalidInput', message);
    }
    return await original.query(context, account, table, options, nextPartition, nextRow);
  };
}

/** Why Table Storage would not take the entity, in its own codes. */
function refusalOf(entity: Entity): { code: string; message: string } | undefined {
  const names = namesOf(entity);
  if (names.length > mostProperties) {
    return { code: 'TooManyProperties', message: 'The entity contains more properties than allowed.' };
  }
  if (names.some((name) => name.length > longestPropertyName)) {
    return { code: 'PropertyNameTooLong', message: 'The property name exceeds the maximum allowed length.' };
  }
  if (names.some((name) => !identifier.test(name))) {
    return { code: 'PropertyNameInvalid', message: 'The property name is invalid.' };
  }
  if (sizeOf(entity) > largestEntity) {
    return { code: 'EntityTooLarge', message: 'The entity is larger than the maximum allowed size (1MB).' };
  }
  return undefined;
}

/**
 * The size in bytes, by the formula that the storage team published for Table Storage's billing: text counts
 * two bytes a character, and names count as much as values. The service's own sum differs by some bytes.
 */
function sizeOf(entity: Entity): number {
  const keys = 4 + 2 * (entity.PartitionKey.length + entity.RowKey.length);
  return namesOf(entity).reduce((sum, name) => {
    const type = entity.properties[`${name}@odata.type`];
    return sum + 8 + 2 * name.length + sizeOfValue(entity.properties[name], type);
  }, keys);
}

const sizes: Record<string, number> = { 'Edm.DateTime': 8, 'Edm.Guid': 16, 'Edm.Int64': 8, 'Edm.Double': 8 };

function sizeOfValue(value: unknown, type: unknown): number {
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 8;
  const text = String(value);
  if (type === 'Edm.Binary') return 4 + Buffer.byteLength(text, 'base64');
  return sizes[String(type)] ?? 4 + 2 * text.length;
}

/** The entity's own properties: system properties, type notes and nulls, which are not kept, do not count. */
function namesOf({ properties }: Entity): string[] {
  return Object.keys(properties).filter(
    (name) =>
      !name.includes('@') &&
      !name.startsWith('odata.') &&
      !['PartitionKey', 'RowKey', 'Timestamp'].includes(name) &&
      properties[name] !== null,
  );
}

function strayIn(partitions: Map<string, string>, batchId: string, partition: string) {
  if (batchId === '') return undefined;
  const first = partitions.get(batchId);
  partitions.set(batchId, first ?? partition);
  return first === undefined || first === partition
    ? undefined
    : {
        code: 'CommandsInBatchActOnDifferentPartitions',
        message: 'All commands in a batch must operate on same entity group.',
      };
}

function comparisons(filter = ''): number {
  return filter.replaceAll(/'(?:[^']|'')*'/g, "''").match(/\b(?:eq|ne|gt|ge|lt|le)\b/g)?.length ?? 0;
}

/** Moments that never repeat and never go back, in the seven decimals of Table Storage. */
function ticks(): () => string {
  let [ms, tick] = [0, 0];
  return () => {
    const now = Date.now();
    if (now > ms) [ms, tick] = [now, 0];
    else [ms, tick] = tick < 9999 ? [ms, tick + 1] : [ms + 1, 0];
    return `${new Date(ms).toISOString().slice(0, -1)}${String(tick).padStart(4, '0')}Z`;
  };
}
