import { parentPort, workerData } from 'node:worker_threads';
import { type Asked, ran } from './rollout-run.ts';

const began = performance.now();
const result = await ran(workerData as Asked);
// oxlint-disable-next-line require-post-message-target-origin -- a worker thread has no origin
parentPort?.postMessage({ ...result, seconds: (performance.now() - began) / 1000 });
