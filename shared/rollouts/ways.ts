import type { FleetKind } from './fleet.ts';
import type { Policy } from './pool.ts';

/** What a way to bring a host to a version can do, and what it costs the host. */
export interface Way {
  /** In a sentence, for people. */
  readonly how: string;
  /** Whether the host has it still when it is on the version. */
  readonly keeps: {
    readonly name: boolean;
    /** Network interface and address. */
    readonly address: boolean;
    readonly dataDisks: boolean;
    /** The machine itself, as Azure and Entra know it: its id, and the identity that Azure gave it. */
    readonly machine: boolean;
    readonly osDisk: boolean;
    readonly administratorPassword: boolean;
  };
  /** Whether hosts can be added before others are retired. */
  readonly surge: boolean;
  /** Whether a host that failed is made again from the version that it came from (`failedHosts`). */
  readonly restore: boolean;
  /** Whether one call takes a rollout back. */
  readonly rollback: boolean;
}

/** All ways; which of them a pool goes lies with how Azure keeps its machines. */
export const ways = {
  uniform: {
    how: 'The model of the scale set names the version; each instance is reimaged.',
    keeps: {
      name: true,
      address: true,
      dataDisks: true,
      machine: true,
      osDisk: false,
      administratorPassword: true,
    },
    surge: false,
    restore: false,
    rollback: true,
  },
  flexible: {
    how: 'The model of the scale set names the version; each instance is brought up to it, or reimaged where it keeps its disk.',
    keeps: {
      name: true,
      address: true,
      dataDisks: true,
      machine: true,
      osDisk: false,
      administratorPassword: true,
    },
    surge: false,
    restore: false,
    rollback: true,
  },
  'stand-alone': {
    how: 'The machine is deleted, and made again under its name from the version.',
    keeps: {
      name: true,
      address: true,
      dataDisks: true,
      machine: false,
      osDisk: false,
      administratorPassword: false,
    },
    surge: true,
    restore: true,
    rollback: true,
  },
} as const satisfies Record<FleetKind, Way>;

/** With surge a host gives way to another: nothing of it is kept. */
const surged: Pick<Way, 'how' | 'keeps'> = {
  how: 'A machine like it is made under the next free name; once that takes users, the host is drained and deleted.',
  keeps: {
    name: false,
    address: false,
    dataDisks: false,
    machine: false,
    osDisk: false,
    administratorPassword: false,
  },
};

/** What the way can do under such a policy. */
export function wayOf(kind: FleetKind, { surge }: Pick<Policy, 'surge'>): Way {
  return surge === undefined ? ways[kind] : { ...ways[kind], ...surged };
}
