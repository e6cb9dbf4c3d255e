import { counted } from '../counted.ts';
import type { Delivered } from './ports.ts';

/** An event as people read it in chat, in whatever form their chat has. */
export interface Card {
  readonly title: string;
  /** In the order in which they are read. */
  readonly facts: readonly { readonly title: string; readonly value: string }[];
  readonly open: { readonly title: string; readonly url: string };
}

type Data = Delivered['data'];
type Fact = readonly [title: string, value: string | undefined];

/** Chat takes 28 KB: this many facts of this many characters are well below it. */
const mostCharacters = 600;
const mostFacts = 12;

/** What people are told of an event. `name` is its noun and verb. */
export function cardOf(name: string, event: Delivered): Card {
  const { data } = event;
  const { title, facts, open = 'Open' } = (known[name] ?? anything(name))(data, event);
  return {
    title: short(title, 200),
    facts: facts
      .flatMap(([title, value]) => (value ? [{ title, value: short(value, mostCharacters) }] : []))
      .slice(0, mostFacts),
    open: { title: open, url: text(data, 'link') },
  };
}

interface Told {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly open?: string;
}
type Tells = (data: Data, event: Delivered) => Told;

const known: Readonly<Record<string, Tells>> = {
  'channel.promoted': (data) => ofMovement(data, false),
  'channel.rolledBack': (data) => ofMovement(data, true),
  'version.eolApproaching': (data) => ({
    title: `${versionOf(data)} reaches the end of its life on ${text(data, 'endOfLifeDate').slice(0, 10)}`,
    facts: [
      ['Nothing new may use it from', text(data, 'over')],
      ['Used by', lines(data, 'usedBy')],
    ],
    open: 'Open the version',
  }),
  'approval.requested': (data) => ({
    title: `${versionOf(data)} waits for approval to enter ${text(data, 'channel')}`,
    facts: [
      ['Requested by', text(data, 'requestedBy')],
      ['Known', text(data, 'facts')],
      ['Until', moment(text(data, 'expiresAt'))],
    ],
    open: 'Open the approval',
  }),
  'validation.failed': (data) => ofGate(data, 'failed'),
  'validation.inconclusive': (data) => ofGate(data, 'inconclusive'),
  'subscription.disabled': (data, { subject }) => ({
    title: `Notifications of ${subject.split('/').at(-1) ?? ''} are paused: its receiver takes nothing`,
    facts: [['Why', text(data, 'reason')]],
    open: 'Open the subscription',
  }),
  'subscription.fellBehind': (data, { subject }) => ({
    title: `${subject.split('/').at(-1) ?? ''} fell so far behind that events were gone before it came to them`,
    facts: [
      ['Events it was not told of', text(data, 'lost')],
      ['Events it has yet to come to', text(data, 'behind')],
    ],
    open: 'Open the subscription',
  }),
  'subscription.feedRestored': (data, { subject }) => ({
    title: `${subject.split('/').at(-1) ?? ''} had come beyond the end of the feed, as after tables were restored`,
    facts: [['Events beyond it', text(data, 'beyond')]],
    open: 'Open the subscription',
  }),
};

/** What, who, how well proven, where and until when: what people want to know of a promotion, in that order. */
function ofMovement(data: Data, isBack: boolean): Told {
  const channel = text(data, 'channel');
  const from = text(data, 'from');
  const instead = from === '' ? '' : ` from ${from}`;
  return {
    title: isBack
      ? `${text(data, 'imageSet')}: ${channel} is rolled back${instead} to ${text(data, 'version')}`
      : `${versionOf(data)} is promoted to ${channel}`,
    facts: [
      [isBack ? 'Rolled back by' : 'Promoted by', said(data)],
      ['Approved by', records(data, 'approvals').map(said).join('; ')],
      ['Checks', checksOf(data)],
      ['Overridden', lines(data, 'overrides')],
      ['Hosts', hostsOf(data)],
      ['ETA', etaOf(data)],
      ['Channel', channel],
      ['Instead of', from],
      ['Regions', lines(data, 'regions', ', ')],
      ['Source', text(data, 'source')],
      ['Notes', text(data, 'notes')],
    ],
    open: 'Open the channel',
  };
}

function ofGate(data: Data, outcome: string): Told {
  const { notPassed } = record(data['checks']);
  const open = Array.isArray(notPassed) ? notPassed.map(record) : [];
  const told = open.map((one) => `${text(one, 'name')} ${text(one, 'state')}: ${text(one, 'evidence')}`);
  return {
    title: `${versionOf(data)} did not pass the gate of ${text(data, 'channel')}: ${outcome}`,
    facts: [['Checks', told.join('; ')]],
    open: 'Open the validation',
  };
}

/** Of what has no card of its own: what it is about, and what its data says in plain words. */
function anything(name: string): Tells {
  const [noun = '', verb = ''] = name.split('.');
  const words = verb.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return (data, { subject }) => ({
    title: `${noun[0]?.toUpperCase() ?? ''}${noun.slice(1)} ${words}: ${subject}`,
    facts: [
      ['Image set', text(data, 'imageSet')],
      ['Version', text(data, 'version')],
      ['Channel', text(data, 'channel')],
      ['Host pool', text(data, 'hostPool')],
      ['By', said(data)],
      ['Failed with', failureOf(data)],
      ['Hosts lost', text(data, 'lost')],
      ['Not on the version', lines(data, 'lostHosts', ', ')],
      ['Until', moment(text(data, 'until'))],
    ],
  });
}

function said(data: Data): string {
  const [who, why] = [text(data, 'by'), text(data, 'reason')];
  return why === '' ? who : `${who}: ${why}`;
}

function checksOf(data: Data): string {
  const { passed, total } = record(data['checks']);
  return typeof passed === 'number' && typeof total === 'number' ? `${passed} of ${total} passed` : '';
}

function hostsOf(data: Data): string {
  const { total, pools } = record(data['hosts']);
  if (typeof pools !== 'number' || pools === 0) return '';
  const inPools = counted(pools, 'host pool');
  return typeof total === 'number' ? `${total} in ${inPools}` : inPools;
}

/** How long it takes, and until when: `2 h 25 m, by 2026-01-05 14:25 UTC (nine times of ten within 3 h 5 m)`. */
function etaOf(data: Data): string {
  const { p50Minutes, p90Minutes, p50At } = record(data['eta']);
  if (typeof p50Minutes !== 'number' || typeof p90Minutes !== 'number') return '';
  const by = typeof p50At === 'string' ? `, by ${moment(p50At)}` : '';
  return `${duration(p50Minutes)}${by} (nine times of ten within ${duration(p90Minutes)})`;
}

function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} m`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} m`;
}

function failureOf(data: Data): string {
  const { code, message } = record(data['failure']);
  return typeof code === 'string' ? `${code}: ${String(message)}` : '';
}

const versionOf = (data: Data) => `${text(data, 'imageSet')} ${text(data, 'version')}`;

function text(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function record(value: unknown): Data {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function records(data: Data, name: string): readonly Data[] {
  const value = data[name];
  return Array.isArray(value) ? value.map(record) : [];
}

function lines(data: Data, name: string, between = '; '): string {
  const value = data[name];
  return Array.isArray(value) ? value.map(String).join(between) : '';
}

/** As people write it: `2026-01-05 12:00 UTC`. */
function moment(at: string): string {
  return at === '' ? '' : `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function short(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most - 1)}…` : value;
}
