export type { Outcome, Script } from './script.ts';
