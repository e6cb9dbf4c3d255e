import type { HistoryLine, HostView } from './views.ts';

/** Virtual minutes, by whose they were. */
export interface Minutes {
  readonly azure: number;
  readonly users: number;
  readonly own: number;
}

export interface StageMinutes extends Minutes {
  readonly stage: string;
}

const none: Minutes = { azure: 0, users: 0, own: 0 };
/** Whose time a stage is; what is not named here is the hosts'. */
const whose: Readonly<Record<string, keyof Minutes>> = {
  resolve: 'own',
  admit: 'own',
  prepare: 'azure',
  provision: 'azure',
  customise: 'azure',
  inspect: 'azure',
  generalise: 'azure',
  capture: 'azure',
  'clean-up': 'azure',
  replicate: 'azure',
  'hand-over': 'own',
  soak: 'own',
  approve: 'users',
};

/**
 * How long each stage took and whose time that was, from a version's history and the records of its hosts. The
 * seconds between Azure's end of something and our next look at it count as Azure's here; `npm run bench`
 * measures them.
 */
export function minutesByStage(histories: Histories, hosts: readonly HostView[]): StageMinutes[] {
  const found: StageMinutes[] = [];
  for (const { stage, from, to } of spans(histories)) {
    const owner = whose[stage] ?? (stage.startsWith('check') ? 'own' : undefined);
    const minutes = owner ? { ...none, [owner]: (to - from) / 60_000 } : hostMinutes(hosts, from, to);
    found.push({ stage, ...minutes });
  }
  return found;
}

export function total(minutes: readonly Minutes[]): Minutes {
  return minutes.reduce(plus, none);
}

function plus(a: Minutes, b: Minutes): Minutes {
  return { azure: a.azure + b.azure, users: a.users + b.users, own: a.own + b.own };
}

/** What happened to the version until its release went on with it, and to the release from then on. */
export interface Histories {
  readonly version: readonly HistoryLine[];
  readonly release: readonly HistoryLine[];
  /** In the order in which the release passes them. */
  readonly channels: readonly string[];
}

interface Span {
  readonly stage: string;
  readonly from: number;
  readonly to: number;
}

const isDone = ({ type }: HistoryLine) => type === 'stage-done';

/** A stage begins when the one before it is done; the first with the request. */
function spans({ version, release, channels }: Histories): readonly Span[] {
  const [built, ...rest] = release.filter(isDone);
  const building = spansOf(
    version.filter(isDone).map(({ stage = '', at }) => ({ stage, to: Date.parse(at) })),
    Date.parse(version[0]?.at ?? ''),
  );
  // Regions may still be copied to when the first channel is entered already.
  const end = Date.parse(built?.at ?? '9999-12-31');
  const before = building.filter(({ from }) => from < end);
  const released = spansOf(
    rest.map(({ stage = '', at }, index) => {
      const passed = rest.slice(0, index).filter((one) => one.stage === 'check').length;
      const isOfChannel = stage === 'enter' || stage === 'check';
      return { stage: isOfChannel ? `${stage} ${channels[passed] ?? ''}` : stage, to: Date.parse(at) };
    }),
    Math.min(end, before.at(-1)?.to ?? end),
  );
  // Where a channel asks for neither, both are over at once.
  const isNothing = ({ stage, from, to }: Span) => ['soak', 'approve'].includes(stage) && to - from < 30_000;
  const cut = before.map(({ stage, from, to }) => ({ stage, from, to: Math.min(to, end) }));
  return [...cut, ...released].filter((span) => !isNothing(span));
}

function spansOf(ends: readonly { readonly stage: string; readonly to: number }[], start: number): Span[] {
  return ends.map(({ stage, to }, index) => ({ stage, from: ends[index - 1]?.to ?? start, to }));
}

/**
 * Time in which hosts are under way is theirs, each an equal part, and whose it is for a host is what the host
 * spent over its whole way. Time in which none is under way is our own.
 */
function hostMinutes(hosts: readonly HostView[], from: number, to: number): Minutes {
  const ways = hosts.map((host) => ({
    from: Math.max(from, Date.parse(host.admittedAt)),
    to: Math.min(to, host.endedAt === undefined ? to : Date.parse(host.endedAt)),
    shares: sharesOf(host),
  }));
  const moments = [...new Set([from, to, ...ways.flatMap((way) => [way.from, way.to])])]
    .filter((at) => at >= from && at <= to)
    .toSorted((a, b) => a - b);
  return moments.slice(1).reduce((sum, end, index) => {
    const start = moments[index] ?? end;
    const minutes = (end - start) / 60_000;
    const under = ways.filter((way) => way.from <= start && way.to >= end && way.to > way.from);
    if (under.length === 0) return plus(sum, { ...none, own: minutes });
    return under.reduce((total, { shares }) => plus(total, times(shares, minutes / under.length)), sum);
  }, none);
}

function sharesOf({ seconds }: HostView): Minutes {
  const all = seconds.azure + seconds.users + seconds.own;
  return all === 0 ? { ...none, own: 1 } : times(seconds, 1 / all);
}

function times({ azure, users, own }: Minutes, factor: number): Minutes {
  return { azure: azure * factor, users: users * factor, own: own * factor };
}
