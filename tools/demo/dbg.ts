import { randomUUID } from 'node:crypto';
import { startLocal } from '../../infra/local/local.ts';
import { apiAt } from './api.ts';
import { define, follow, pools, request } from './job.ts';
import { before } from './left-behind.ts';
import { truthAt } from './truth.ts';
const local = await startLocal({ speed: 300, verbose: false, fleet: { testHosts: 2, productionHosts: 10, people: 40 } });
const api = apiAt({ url: local.url, key: local.keys.host, signal: new AbortController().signal } as never);
await before(truthAt(local), pools);
await define(api);
const number = await request(api, randomUUID());
const final = await follow(api, number, { signal: new AbortController().signal, onProgress: async () => {} });
const pool = await (await fetch(`${local.arm.url}/local/avd/pools/hp-production`)).json() as any;
console.log(JSON.stringify(pool.users.messaged.filter((m: any) => m.times > 1), null, 1).slice(0, 3000));
const m = pool.users.messaged.find((m: any) => m.times > 1);
if (m) {
  const log = await (await fetch(`${local.arm.url}/local/requests?path=sendMessage`)).json() as any;
  const rows = (log.value ?? log).filter((r: any) => r.path.includes(m.host) );
  console.log(rows.map((r: any) => `${r.at} ${r.path.split('/').slice(-5).join('/')} ${r.status} ${r.ms} ${r.fault ?? ''}`).join('\n'));
  for (const r of final.rollouts) for (const h of r.hosts as any[]) if (m.host.startsWith(h.name) || h.sessionHost === m.host) {
    console.log(JSON.stringify(h, null, 1).slice(0, 3000));
    const hist = await api.get(`rollouts/${r.id}/hosts/${h.instanceId}/history`) as any;
    console.log(hist.value.map((l: any) => JSON.stringify(l).slice(0, 600)).join('\n'));
  }
}
const counts = await (await fetch(`${local.arm.url}/local/requests/counts`)).json();
console.log(JSON.stringify(counts));
await local.stop();
process.exit(0);
