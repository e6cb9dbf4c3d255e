import { startTables } from '../../infra/local/tables/tables.ts';
import { connect } from '../../shared/azure/clients.ts';
import { settings } from '../../shared/settings.ts';

const nobody =
  'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true';

/** Tables with the real clients; whoever asks anything else of Azure finds nobody. */
export async function openTables() {
  const tables = await startTables();
  const azure = connect(
    settings({
      Tables: tables.connectionString,
      ServiceBus: nobody,
      ArmEndpoint: 'http://127.0.0.1:1',
      PublicUrl: 'http://127.0.0.1:1',
    }),
  );
  return { tables, azure };
}
