import type { HostStanding } from './hosts.ts';
import type { Reason } from './waves.ts';

/** What a rollout waits for, in sentences: its hosts, and what keeps the next from starting. */
export function sentencesOf(
  standings: readonly HostStanding[],
  { code, message }: Reason,
): readonly string[] {
  const underWay = tell(stillRunning(standings));
  return code === 'LastHosts' ? underWay : [...underWay, message];
}

function stillRunning(standings: readonly HostStanding[]): readonly HostStanding[] {
  return standings.filter(({ outcome }) => outcome === 'running');
}

const mostTold = 3;

function tell(underWay: readonly HostStanding[]): string[] {
  if (underWay.length === 0) return [];
  const hosts = underWay
    .slice(0, mostTold)
    .map(({ name, stage, why }) => `${name} in ${stage ?? '?'}${why && ` (${why})`}`);
  const more = underWay.length > mostTold ? ` and ${underWay.length - mostTold} more` : '';
  return [`hosts under way: ${hosts.join(', ')}${more}`];
}
