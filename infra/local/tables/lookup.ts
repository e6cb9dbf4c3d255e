import type { Entity, EntityCollection, MetadataStore } from './azurite.ts';

/**
 * Makes finding one entity by its keys cost the same however many there are, as in Azure. Azurite's store asks
 * its index for the row key first and then walks what it found: with one row `state` in each of 100,000
 * partitions, every read, write and transaction walks 100,000 rows.
 */
export function findByKeys(store: MetadataStore): void {
  const original = store.getEntityCollection.bind(store);
  const improved = new WeakSet<EntityCollection>();
  store.getEntityCollection = (account, table, context) => {
    const collection = original(account, table, context);
    if (!improved.has(collection)) improve(collection);
    improved.add(collection);
    return collection;
  };
}

type Keys = Pick<Entity, 'PartitionKey' | 'RowKey'>;

/** Whatever changes the collection goes through one of these. */
function improve(collection: EntityCollection): void {
  const original = {
    insert: collection.insert.bind(collection),
    update: collection.update.bind(collection),
    remove: collection.remove.bind(collection),
  };
  const byKeys = new Map<string, Entity>();
  const keep = (entity: Entity) => void byKeys.set(placeOf(entity), entity);
  collection.data.forEach(keep);
  // Nobody asks them any more: a query walks all there is. To keep them costs each replaced row a walk of its own.
  collection.binaryIndices = {};
  collection.insert = (added) => {
    const inserted = original.insert(added);
    for (const entity of Array.isArray(added) ? added : [added]) keep(entity);
    return inserted;
  };
  collection.update = (changed) => {
    const updated = original.update(changed);
    keep(changed);
    return updated;
  };
  collection.remove = (gone) => {
    const removed = original.remove(gone);
    byKeys.delete(placeOf(gone));
    return removed;
  };
  collection.findOne = (keys) => byKeys.get(placeOf(keys)) ?? null;
}

function placeOf({ PartitionKey, RowKey }: Keys): string {
  // No key has such a character.
  return `${PartitionKey}\u0000${RowKey}`;
}
