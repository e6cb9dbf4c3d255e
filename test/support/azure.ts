import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../shared/azure/clients.ts';
import { settings } from '../../shared/settings.ts';

/** The settings of a local cloud; what a test does not use points nowhere. */
export const localEnvironment = {
  Tables:
    'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=bm9uZQ==;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;',
  ServiceBus:
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true;',
  ArmEndpoint: 'http://127.0.0.1:1',
  PublicUrl: 'http://127.0.0.1:1',
};

/** The real SDK clients, pointed at stand-ins as the app itself would be. */
export function azureIn(environment: Partial<Record<'Tables' | 'ServiceBus' | 'ArmEndpoint', string>>) {
  return connect(settings({ ...localEnvironment, ...environment }));
}

/** Stands before a server and, told to, lets a request through and tears the line before its answer. */
export async function losesAnswers(target: string) {
  const { port: targetPort } = new URL(target);
  let losing = false;
  const server = createServer((asked, answer) => {
    const onwards = request(
      { port: targetPort, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers },
      (reply) => {
        if (losing) {
          losing = false;
          reply.resume().once('end', () => asked.socket.destroy());
          return;
        }
        answer.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(answer);
      },
    );
    asked.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: target.replace(`:${targetPort}`, `:${port}`),
    loseNext: () => {
      losing = true;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
