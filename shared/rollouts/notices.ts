import { counted } from '../counted.ts';
import type { HostView } from './capacity.ts';
import type { Facts, Notice } from './course.ts';
import { shortOf } from './foreign.ts';
import type { Records } from './hosts.ts';
import type { Waiter } from './own-window.ts';

const mostNamed = 10;

interface Noticed {
  readonly views: readonly HostView[];
  readonly records: Records;
  readonly waiters: readonly Waiter[];
  readonly foreign: Facts['foreign'];
}

/** What one reading of the pool shows that people should know, besides why no further host starts. */
export function noticesOf({ views, records, waiters, foreign = {} }: Noticed): readonly Notice[] {
  const ours = (view: HostView) => view.standing === 'in-flight' || view.standing === 'lost';
  const idle = views.filter((view) => !ours(view) && !view.isPoweredOff && !view.isGone);
  const drained = idle.filter(({ drainedBy }) => drainedBy !== undefined);
  const silent = idle.filter(({ takesUsers, drainedBy }) => !takesUsers && drainedBy === undefined);
  const back = Object.values(records).filter(({ givenBack, outcome }) => givenBack && outcome === 'put-off');
  return [
    ...notice(
      'OwnWindow',
      ['waits for a window of its own', 'wait for a window of their own'],
      waiters,
      ({ name, opensAt = 'never' }) => (opensAt === 'never' ? name : `${name} from ${opensAt}`),
    ),
    ...notice(
      'DrainedByOthers',
      ['is drained, and not by this rollout', 'are drained, and not by this rollout'],
      drained,
      ({ name, drainedBy }) => (drainedBy === 'quarantine' ? `${name} by an earlier one` : name),
    ),
    ...notice('HostsTakeNoUsers', ['runs and takes no users', 'run and take no users'], silent),
    ...notice(
      'ForeignUpdate',
      ['was brought to another image by somebody else', 'were brought to another image by somebody else'],
      Object.values(foreign),
      ({ name, on }) => `${name} to ${shortOf(on)}`,
    ),
    ...notice(
      'GivenBack',
      ['was drained ahead and given back to new users', 'were drained ahead and given back to new users'],
      back,
    ),
  ];
}

function notice<Host extends { readonly name: string }>(
  code: Notice['code'],
  [does, doMany]: readonly [string, string],
  hosts: readonly Host[],
  tell: (host: Host) => string = ({ name }) => name,
): readonly Notice[] {
  if (hosts.length === 0) return [];
  const named = hosts.slice(0, mostNamed).map(tell).join(', ');
  const more = hosts.length > mostNamed ? ` and ${hosts.length - mostNamed} more` : '';
  const message = `${counted(hosts.length, `host ${does}`, `hosts ${doMany}`)}: ${named}${more}`;
  return [{ code, message, hosts: hosts.slice(0, mostNamed).map(({ name }) => name) }];
}
