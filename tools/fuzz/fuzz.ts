import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Operation, readDocument } from './document.ts';
import { codeIn, complaintAbout } from './judge.ts';
import { kept } from './kept.ts';
import { requests } from './requests.ts';
import { hangUp, type Received, type Sent, sendTo } from './wire.ts';
import { openWorld } from './world.ts';

/** `npm run fuzz [-- --requests 20000 --seed 1]`: what the API document calls wrong, and whether it is refused as it says. */
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '20000' }, seed: { type: 'string' } },
});
const count = Number(values.requests);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run fuzz [-- --requests <a whole number> --seed <a whole number>]');
  process.exit(2);
}

interface Complaint {
  readonly what: string;
  readonly sent: Sent;
  readonly answer: string;
  times: number;
}
const complaints = new Map<string, Complaint>();
const statuses = new Map<number, number>();
const codes = new Map<string, number>();
const defects: string[] = [];
let compared = 0;

console.log(`fuzz: ${count} requests, seed ${seed}; a local cloud is being filled`);
const { local, api, known } = await openWorld((line) => {
  if (line.includes('request.failed') && defects.length < 50) defects.push(line.slice(0, 2_000));
});
try {
  const document = await readDocument(local.url);
  const byName = new Map(document.operations.map((one) => [one.name, one]));
  const began = performance.now();
  const all = fc.sample(requests({ document, key: local.keys.host, known }), { numRuns: count, seed });
  // What is certainly refused first: the world stays as it is, and a trace that something left is seen.
  const flawed = all.filter(({ flaw }) => flaw !== undefined);
  await run(flawed, 50, byName);
  await run(
    all.filter(({ flaw }) => flaw === undefined),
    10,
    byName,
  );
  report(all, flawed.length, document.operations.length, (performance.now() - began) / 1000);
} finally {
  hangUp();
  await local.stop();
}

async function run(
  all: readonly Sent[],
  size: number,
  byName: ReadonlyMap<string, Operation>,
): Promise<void> {
  let before: readonly string[] | undefined;
  for (let at = 0; at < all.length; at += size) {
    before ??= await kept(api);
    const some = all.slice(at, at + size);
    const answers = await Promise.all(some.map(async (sent) => await ask(sent, byName)));
    const isChanged = some.some(({ method }, n) => method !== 'GET' && (answers[n]?.status ?? 0) < 400);
    if (isChanged) {
      before = undefined;
      continue;
    }
    const after = await kept(api);
    compared += 1;
    const different = after.filter((line, n) => line !== before?.[n]);
    const [sent] = some;
    if (different.length > 0 && sent) {
      complain(`refused, and left a trace: ${different.join('\n').slice(0, 500)}`, sent, '');
      before = after;
    }
  }
}

async function ask(sent: Sent, byName: ReadonlyMap<string, Operation>): Promise<Received | undefined> {
  const operation = byName.get(sent.operation);
  if (!operation) throw new Error(`there is no ${sent.operation}`);
  try {
    const answer = await sendTo(local.url, sent);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const code = codeIn(answer.body);
    if (code !== '') codes.set(code, (codes.get(code) ?? 0) + 1);
    const wrong = complaintAbout(operation, sent, answer);
    if (wrong !== undefined) complain(wrong, sent, answer.body);
    return answer;
  } catch (error) {
    complain(`no answer: ${String(error)}`, sent, '');
    return undefined;
  }
}

function complain(what: string, sent: Sent, answer: string): void {
  const key = `${sent.operation}: ${what}`;
  const one = complaints.get(key) ?? { what, sent, answer, times: 0 };
  one.times += 1;
  complaints.set(key, one);
}

function report(all: readonly Sent[], flawed: number, endpoints: number, seconds: number): void {
  const counts = (of: ReadonlyMap<string | number, number>) =>
    [...of]
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ');
  console.log(
    `fuzz: ${all.length} requests to ${endpoints} endpoints in ${seconds.toFixed(0)} s, ${flawed} of them certainly wrong; ` +
      `${compared} times nothing was accepted and everything compared`,
  );
  console.log(`statuses: ${counts(statuses)}`);
  console.log(`codes: ${counts(codes)}`);
  for (const { what, sent, answer, times } of complaints.values()) {
    const { operation, method, path, headers, body } = sent;
    console.log(`\n${times} x ${operation}: ${what}`);
    console.log(`  ${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)}`);
    if (body) console.log(`  ${body.toString().slice(0, 500)}`);
    if (answer) console.log(`  ${answer.slice(0, 500)}`);
  }
  for (const line of new Set(defects)) console.log(line);
  console.log(
    complaints.size === 0
      ? 'fuzz: nothing to complain of'
      : `fuzz: ${complaints.size} complaints, seed ${seed}`,
  );
  if (complaints.size > 0) process.exitCode = 1;
}
