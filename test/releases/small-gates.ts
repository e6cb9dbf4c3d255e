import type { Instant } from '../../shared/instant.ts';
import type { Check, Gates, Validated } from '../../shared/releases/ports.ts';

export type Outcome = 'passed' | 'failed' | 'inconclusive' | 'errored';

interface Parts {
  readonly now: () => Instant;
  readonly after: (minutes: number, run: () => void) => void;
  readonly minutes: () => number;
  readonly outcome: (channel: string) => Outcome;
}

interface Run {
  validated: Validated;
  readonly startedAt: Instant;
  readonly channel: string;
}

/** Gates that keep to what is agreed of them, in memory: three checks, of which two are required. */
export class SmallGates {
  readonly runs: Run[] = [];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The last of them that was begun. */
  latest(versionId: string, channel: string): Validated | undefined {
    const prefix = `${versionId}.${channel}.`;
    return this.runs.findLast(({ validated }) => validated.id.startsWith(prefix))?.validated;
  }

  start(id: string, channel: string): Validated {
    const known = this.runs.find(({ validated }) => validated.id === id);
    if (known) return known.validated;
    const open = checks('running');
    const run: Run = {
      validated: { id, status: 'running', checks: open },
      startedAt: this.#parts.now(),
      channel,
    };
    this.runs.push(run);
    const outcome = this.#parts.outcome(channel);
    this.#parts.after(this.#parts.minutes(), () => {
      if (run.validated.status !== 'running') return;
      const status = outcome === 'errored' ? 'inconclusive' : outcome;
      run.validated = { id, status, endedAt: this.#parts.now(), checks: checks(outcome) };
    });
    return run.validated;
  }

  port: Gates = {
    ensureValidated: async ({ versionId, channel, attempt }) =>
      this.start(`${versionId}.${channel}.${attempt}`, channel),
    latest: async (versionId, channel) => this.latest(versionId, channel),
    cancel: async (id) => {
      const run = this.runs.find(({ validated }) => validated.id === id);
      if (run?.validated.status === 'running') run.validated = { ...run.validated, status: 'canceled' };
    },
  };
}

/** The sign-in comes out as it does; what is advisory always fails. */
export function checks(signIn: Check['state']): readonly Check[] {
  return [
    { name: 'sign-in', required: true, state: signIn, evidence: '41 s' },
    { name: 'boot', required: true, state: signIn === 'running' ? 'pending' : 'passed', evidence: '1 min' },
    {
      name: 'apps',
      required: false,
      state: signIn === 'running' ? 'pending' : 'failed',
      evidence: 'one is missing',
    },
  ];
}
