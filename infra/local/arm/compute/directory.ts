import type { Guest } from './guest.ts';

/** The company's own domain. */
export const COMPANY_DOMAIN = 'corp.contoso.com';

const FACT = 'joined-to';

/** What the Windows on this disk is joined to. */
export function joinOf({ facts }: Guest): string | undefined {
  return facts.get(FACT);
}

/** Joins it to a domain, or to `ENTRA`. */
export function join({ facts }: Guest, directory: string): void {
  facts.set(FACT, directory);
}

/** Windows that is set up from a generalized image is a new computer, and in no domain yet. */
export function unjoin({ facts }: Guest): void {
  facts.delete(FACT);
}
