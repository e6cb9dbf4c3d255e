import type { EntityCollection, MetadataStore } from './azurite.ts';

/**
 * Makes finding one entity by its keys cost the same however many there are, as in Azure. Azurite's store asks
 * its index for the row key first and then walks what it found: with one row `state` in each of 100,000
 * partitions, every read, write and transaction walks 100,000 rows.
 */
export function findByNarrowerKey(store: MetadataStore): void {
  const original = store.getEntityCollection.bind(store);
  const improved = new WeakSet<EntityCollection>();
  store.getEntityCollection = (account, table, context) => {
    const collection = original(account, table, context);
    if (!improved.has(collection)) improve(collection);
    improved.add(collection);
    return collection;
  };
}

/** So many are walked sooner than it is found out whether another key is narrower. */
const few = 4;

function improve(collection: EntityCollection): void {
  const original = collection.findOne.bind(collection);
  const holders = (key: 'PartitionKey' | 'RowKey', value: string) => {
    const [first, last] = collection.calculateRange('$eq', key, value);
    return last - first;
  };
  collection.findOne = ({ PartitionKey, RowKey }) => {
    const rows = holders('RowKey', RowKey);
    return rows <= few || rows < holders('PartitionKey', PartitionKey)
      ? original({ RowKey, PartitionKey })
      : original({ PartitionKey, RowKey });
  };
}
