import type { z } from 'zod';
import { onlySeen, refuseOutside, refuseOutsideBody, refuseWithoutRole } from './authorise.ts';
import { findInApp } from './find-in-app.ts';
import { anyone, type Caller, identify, type Shown } from './identity.ts';
import type { Role } from './roles.ts';
import { saidBy } from './said-by.ts';

type Words = Readonly<Record<string, unknown>>;

/** What stands between a request and the handler of its endpoint, in the order in which it is asked. */
export interface Guard {
  /** Who asks; refuses strangers, and, once `heard` is told who it is, whoever has the role for nothing. */
  readonly enter: (shown: Shown, heard: (caller: Caller) => void) => Caller;
  readonly path: (caller: Caller, path: Words) => Promise<void>;
  /** The body as the handler is to have it. */
  readonly body: (caller: Caller, schema: z.ZodType, body: unknown) => unknown;
  /** The answer as the caller is to have it. */
  readonly answer: (caller: Caller, body: unknown) => unknown;
}

/** Guards an endpoint that has a role. */
export function guard(wanted: {
  readonly method: string;
  readonly route: string;
  readonly role: Role;
}): Guard {
  return {
    enter(shown, heard) {
      const caller = identify(shown);
      heard(caller);
      refuseWithoutRole(caller, wanted.role);
      return caller;
    },
    path: async (caller, path) => await refuseOutside(caller, wanted, path, findInApp),
    body(caller, schema, body) {
      refuseOutsideBody(caller, wanted, body);
      return saidBy(schema, body, caller);
    },
    answer: (caller, body) => (wanted.method === 'GET' ? onlySeen(caller, wanted, body) : body),
  };
}

/** Refuses whoever has not got the role of what is asked for, where the path alone says which that is. */
export async function needsRole(caller: Caller, role: Role, route: string, path: Words): Promise<void> {
  refuseWithoutRole(caller, role);
  await refuseOutside(caller, { method: 'POST', route, role }, path, findInApp);
}

/** Lets everybody in; a name that somebody says is still no name of ours. */
export const open: Guard = {
  enter: () => anyone,
  path: async () => {},
  body: (caller, schema, body) => saidBy(schema, body, caller),
  answer: (_, body) => body,
};
