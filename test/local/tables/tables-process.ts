// The tables in a process of their own, for a test to kill. Prints the connection string once it listens.
import { startTables } from '../../../infra/local/tables/tables.ts';

const tables = await startTables({ file: process.argv[2] ?? 'tables.sqlite' });
console.log(tables.connectionString);
