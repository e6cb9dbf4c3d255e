import { z } from 'zod';
import { wrongIdentitySettings } from './api/identity-settings.ts';
import { type Instant, toInstant } from './instant.ts';
import { type Complaint, wrongSettings } from './wrong-settings.ts';

/** Everything the app is told from outside, parsed and found to fit together. */
export interface Settings {
  readonly tables: { readonly connectionString: string } | { readonly endpoint: string };
  readonly serviceBus: { readonly connectionString: string } | { readonly namespace: string };
  readonly teamsWebhook: string | undefined;
  /** Whether what is sent out may go to this machine or a private network: in a local cloud only. */
  readonly allowPrivateReceivers: boolean;
  /** Where people reach the app: for links in messages and answers. */
  readonly publicUrl: string;
  /** How many versions may be on the bench of one subscription at once. */
  readonly mostBuilds: number;
  /** For how long entries of the audit are kept. */
  readonly auditDays: number | undefined;
  /** For how long events can be read. */
  readonly eventDays: number | undefined;
  /** Present only where the whole cloud is this machine. */
  readonly local: { readonly armEndpoint: string; readonly clock: LocalClock | undefined } | undefined;
}

/** The moments, real and virtual, at which virtual time began, and how many times as fast it runs. */
interface LocalClock {
  readonly realMs: number;
  readonly virtualMs: number;
  readonly speed: number;
}

const url = (protocols: RegExp) =>
  z.url({ protocol: protocols, error: 'is not a URL that can be used here' });
const connection = (shape: RegExp) => z.string().regex(shape, 'is not a connection string');

const daysOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const days = z.string().regex(/^[1-9]\d{0,3}$/, 'must be a whole number of days, from 1 to 9999');

const shape = z.object({
  Tables: connection(/AccountName=|UseDevelopmentStorage=true|SharedAccessSignature=/).optional(),
  Tables__endpoint: url(/^https$/).optional(),
  ServiceBus: connection(/^Endpoint=sb:\/\//).optional(),
  ServiceBus__fullyQualifiedNamespace: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)+$/, 'is not a host name')
    .optional(),
  TeamsWebhook: url(/^https?$/).optional(),
  AllowPrivateReceivers: z.enum(['true', 'false'], 'must be true or false').optional(),
  PublicUrl: url(/^https?$/),
  MostBuilds: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1 to 999')
    .optional(),
  AuditDays: days.optional(),
  EventDays: days.optional(),
  ArmEndpoint: url(/^http$/).optional(),
  LocalClock: z
    .string()
    .regex(/^\d+\/\d+\/\d+(\.\d+)?$/, 'must read <real ms>/<virtual ms>/<speed>')
    .optional(),
});
type Raw = z.infer<typeof shape>;

/** Reads the settings; throws with the name of each that is missing, malformed or not allowed here. */
export function settings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const raw = parsed(env);
  const isLocal = inLocalCloud(raw);
  const complaints = [...missing(raw), ...(isLocal ? [] : onlyLocal(raw)), ...wrongIdentitySettings(env)];
  if (complaints.length > 0) refuse(complaints);
  return {
    tables:
      raw.Tables === undefined ? { endpoint: raw.Tables__endpoint ?? '' } : { connectionString: raw.Tables },
    serviceBus:
      raw.ServiceBus === undefined
        ? { namespace: raw.ServiceBus__fullyQualifiedNamespace ?? '' }
        : { connectionString: raw.ServiceBus },
    teamsWebhook: raw.TeamsWebhook,
    allowPrivateReceivers: raw.AllowPrivateReceivers === 'true',
    publicUrl: raw.PublicUrl.replace(/\/+$/, ''),
    mostBuilds: Number(raw.MostBuilds ?? 10),
    auditDays: daysOf(raw.AuditDays),
    eventDays: daysOf(raw.EventDays),
    local: isLocal
      ? { armEndpoint: (raw.ArmEndpoint ?? '').replace(/\/+$/, ''), clock: localClock(raw) }
      : undefined,
  };
}

function parsed(env: Readonly<Record<string, string | undefined>>): Raw {
  const given: Record<string, string | undefined> = {};
  // An empty setting is an absent one: that is how a sample or a portal leaves it.
  for (const name of Object.keys(shape.shape)) if (env[name]) given[name] = env[name];
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  return refuse(
    result.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return [name, given[name] === undefined ? 'is missing' : message];
    }),
  );
}

/** Whether answers are held against what the API document says of them: where defects are looked for. */
export function checksAnswers(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env['CheckAnswers'] === 'true';
}

export interface Clock {
  readonly now: () => Instant;
  /** How many real milliseconds from now until then; negative once it has passed. */
  readonly realMsUntil: (at: Instant) => number;
}

/** The app's clock: the real one, or the local cloud's own, which the simulator of Azure shares. */
export function clockOf({ local }: Pick<Settings, 'local'>): Clock {
  const { realMs, virtualMs, speed } = local?.clock ?? { realMs: 0, virtualMs: 0, speed: 1 };
  const nowMs = () => virtualMs + (Date.now() - realMs) * speed;
  return {
    now: () => toInstant(nowMs()),
    realMsUntil: (at) => (Date.parse(at) - nowMs()) / speed,
  };
}

function missing(raw: Raw): Complaint[] {
  const complaints: Complaint[] = [];
  if (!raw.Tables && !raw.Tables__endpoint)
    complaints.push(['Tables', 'is missing, and so is Tables__endpoint']);
  if (!raw.ServiceBus && !raw.ServiceBus__fullyQualifiedNamespace) {
    complaints.push(['ServiceBus', 'is missing, and so is ServiceBus__fullyQualifiedNamespace']);
  }
  return complaints;
}

/** A faster clock or a stand-in for Azure beside a single real service would do harm: all are local, or none. */
function onlyLocal({ ArmEndpoint, LocalClock, TeamsWebhook, AllowPrivateReceivers }: Raw): Complaint[] {
  const reason =
    'is refused outside the local cloud (ArmEndpoint, Tables and ServiceBus all on this machine)';
  const complaints: Complaint[] = [];
  if (ArmEndpoint !== undefined) complaints.push(['ArmEndpoint', reason]);
  if (LocalClock !== undefined) complaints.push(['LocalClock', reason]);
  if (AllowPrivateReceivers === 'true') complaints.push(['AllowPrivateReceivers', reason]);
  if (TeamsWebhook?.startsWith('http:')) complaints.push(['TeamsWebhook', 'must be https']);
  return complaints;
}

function inLocalCloud({ ArmEndpoint, ServiceBus, Tables }: Raw): boolean {
  const bus = /^Endpoint=(sb:\/\/[^;]+)/.exec(ServiceBus ?? '')?.[1];
  const emulated = /(^|;)UseDevelopmentEmulator=true(;|$)/.test(ServiceBus ?? '');
  const table = /(^|;)UseDevelopmentStorage=true(;|$)/.test(Tables ?? '')
    ? 'http://127.0.0.1'
    : /(?:^|;)TableEndpoint=([^;]+)/.exec(Tables ?? '')?.[1];
  return emulated && [ArmEndpoint, bus, table].every(isLoopback);
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
}

function localClock({ LocalClock }: Raw): LocalClock | undefined {
  if (LocalClock === undefined) return undefined;
  const [realMs = 0, virtualMs = 0, speed = 1] = LocalClock.split('/').map(Number);
  if (speed <= 0) refuse([['LocalClock', 'must have a speed above 0']]);
  return { realMs, virtualMs, speed };
}

function refuse(complaints: readonly Complaint[]): never {
  throw wrongSettings(complaints);
}
