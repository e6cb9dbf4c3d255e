import { Guest } from '../../../infra/local/arm/compute/guest.ts';
import { applyChanges } from '../../../infra/local/arm/compute/guest/changes.ts';
import type { Changes } from '../../../infra/local/arm/compute/guest/contents.ts';
import { marketplaceFacts } from '../../../infra/local/arm/compute/guest/marketplace-contents.ts';
import { startScript, type Outcome } from '../../../infra/local/arm/compute/script.ts';
import { seededRandom } from '../../../infra/local/arm/core/random.ts';
import { Timeline } from '../../../infra/local/arm/core/timeline.ts';
import { Web } from '../../../infra/local/arm/web/web.ts';

/** A guest by itself, its time passing only as its scripts wait. */
export interface LoneGuest {
  readonly guest: Guest;
  readonly web: Web;
  /** Runs a script to its end; undefined when it does not end within six hours. */
  readonly run: (text: string, parameters?: Record<string, string>) => Ended | undefined;
  readonly change: (changes: Changes) => void;
  readonly restart: () => void;
  readonly pass: (seconds: number) => void;
}

export type Ended = Outcome & { readonly seconds: number; readonly wish: string | undefined };

const LONGEST_SECONDS = 6 * 3600;

export function loneGuest(osType: 'Windows' | 'Linux' = 'Windows'): LoneGuest {
  let now = Date.parse('2026-03-10T08:00:00Z');
  const clock = {
    now: () => now,
    after: () => setTimeout(() => {}, 2 ** 30).unref(),
    realMs: () => 0,
    speed: 1,
    text: 'by hand',
  };
  const timeline = new Timeline(clock);
  const web = new Web();
  const sku = osType === 'Windows' ? 'win11-24h2-avd' : 'server';
  const facts = marketplaceFacts({ publisher: '', offer: '', sku, osType }, '26100.6584.250904');
  const guest = new Guest('bench', { facts, osType });
  guest.boot(now, 0);
  const random = seededRandom(5);
  const download = (uri: string) => web.find(uri) ?? (web.knowsHost(uri) ? 'not found' : 'unknown host');
  const pass = (seconds: number) => {
    now += seconds * 1000;
    timeline.settle();
  };
  return {
    guest,
    web,
    pass,
    restart: () => guest.boot(now, 30),
    change: (changes) => applyChanges(guest.contents, changes),
    run: (text, parameters = {}) => {
      const running = startScript([], { text, parameters }, guest, { timeline, random, download });
      for (let seconds = 0; seconds < LONGEST_SECONDS;) {
        const step = running.work.next();
        if (step.done) return { ...step.value, seconds, wish: running.wish() };
        seconds += step.value;
        pass(step.value);
      }
      return undefined;
    },
  };
}
