// The local cloud in a process of its own, for a test to kill. Prints what it started once all of it is ready.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal } from '../../infra/local/local.ts';

const folder = mkdtempSync(join(tmpdir(), 'orphans-'));
const local = await startLocal({ app: process.argv[2] ?? '.', state: folder });
const pids = [local.app, local.brokerProcess, local.cloudProcess].map(({ pid }) => pid);
console.log(JSON.stringify({ pids, folder }));
