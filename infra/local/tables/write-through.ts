import type { MetadataStore } from './azurite.ts';
import type { Change, Journal } from './journal.ts';

/**
 * Makes Azurite's in-memory store write every change to the journal before the request is answered, and start
 * from what the journal holds. Azurite's own persistence saves the whole file every five seconds, so a kill
 * loses what it had acknowledged since.
 *
 * Overridden on the instance, because Azurite makes the store itself. Upserts need nothing of their own: they
 * call the insert, update and merge below. All of it is synchronous: Azurite undoes a failed transaction in the
 * belief that nothing else runs in between.
 */
export function writeThrough(store: MetadataStore, journal: Journal): void {
  const original = {
    init: store.init.bind(store),
    close: store.close.bind(store),
    createTable: store.createTable.bind(store),
    deleteTable: store.deleteTable.bind(store),
    insert: store.insertTableEntity.bind(store),
    update: store.updateTableEntity.bind(store),
    merge: store.mergeTableEntity.bind(store),
    delete: store.deleteTableEntity.bind(store),
    endBatch: store.endBatchTransaction.bind(store),
  };

  /** The changes of transactions that have not ended; they reach the disk together or not at all. */
  const open = new Map<string, Change[]>();
  const keep = (change: Change, batchId = '') => {
    if (batchId === '') return journal.commit([change]);
    const changes = open.get(batchId);
    if (changes) changes.push(change);
    else open.set(batchId, [change]);
  };

  store.init = async () => {
    await original.init();
    for (const table of journal.tables()) {
      await original.createTable({}, { ...table });
      store.getEntityCollection(table.account, table.table, {}).insert(journal.entities(table));
    }
  };
  store.close = async () => {
    await original.close();
    journal.close();
  };
  store.createTable = async (context, table) => {
    const { account, table: name } = table;
    await original.createTable(context, table);
    journal.addTable({ account, table: name });
  };
  store.deleteTable = async (context, table, account) => {
    await original.deleteTable(context, table, account);
    journal.dropTable({ account, table });
  };
  store.insertTableEntity = async (context, table, account, entity, batchId) => {
    const saved = await original.insert(context, table, account, entity, batchId);
    keep({ table: { account, table }, saved, isNew: true }, batchId);
    return saved;
  };
  store.updateTableEntity = async (context, table, account, entity, ifMatch, batchId) => {
    const saved = await original.update(context, table, account, entity, ifMatch, batchId);
    keep({ table: { account, table }, saved, isNew: false }, batchId);
    return saved;
  };
  store.mergeTableEntity = async (context, table, account, entity, ifMatch, batchId) => {
    const saved = await original.merge(context, table, account, entity, ifMatch, batchId);
    keep({ table: { account, table }, saved, isNew: false }, batchId);
    return saved;
  };
  store.deleteTableEntity = async (context, table, account, partitionKey, rowKey, etag, batchId) => {
    await original.delete(context, table, account, partitionKey, rowKey, etag, batchId);
    keep({ table: { account, table }, removed: { partitionKey, rowKey } }, batchId);
  };
  store.endBatchTransaction = async (account, table, batchId, context, succeeded) => {
    await original.endBatch(account, table, batchId, context, succeeded);
    const changes = open.get(batchId) ?? [];
    open.delete(batchId);
    if (succeeded) journal.commit(changes);
  };
}
