import { hasCode } from '../errors.ts';
import type { Scope } from './roles.ts';

type Words = Readonly<Record<string, unknown>>;

/** Where those things belong whose ids do not say so. Each refuses with NotFound where there is none. */
export interface Find {
  readonly rollout: (id: string) => Promise<{ readonly pool: string }>;
  readonly schedule: (id: string) => Promise<{
    readonly plan: { readonly request: { readonly imageSet: string } };
  }>;
  readonly freeze: (id: string) => Promise<{ readonly scope: object }>;
  readonly subscription: (id: string) => Promise<{ readonly plan: { readonly wants: object } }>;
}

/** What belongs to which image set or host pool, in one collection: all routes with the same first segment. */
interface Collection {
  /** Of those that can be named in a path. */
  readonly one?: {
    readonly parameter: string;
    readonly thing: string;
    /** Undefined where there is none, or it belongs nowhere. */
    readonly scope: (id: string, find: Find) => Promise<Scope | undefined>;
  };
  /** Of one that a list shows; undefined keeps it from whoever may not see everything. */
  readonly shown: (item: Words) => Scope | undefined;
  /** What a body says that it is to belong to, or to refer to: `sees` where the caller need not have the role there. */
  readonly asked?: (
    body: Words,
  ) => { readonly scope: Scope; readonly target: string; readonly sees?: true } | undefined;
}

const ofAll: Scope = {};
const words = (value: unknown) => (typeof value === 'object' && value !== null ? value : {}) as Words;
const ofSet = (name: unknown) => (typeof name === 'string' ? { imageSet: name } : undefined);
const ofPool = (name: unknown) => (typeof name === 'string' ? { hostPool: name } : undefined);

/** The ids of what a version has begin with its set: `win11-avd.1.4.0`. */
function beginsWithSet(parameter: string, shown: Collection['shown']): Collection {
  return { one: { parameter, thing: parameter, scope: async (id) => ofSet(id.split('.')[0]) }, shown };
}

function ofFreeze(scope: unknown): Scope | undefined {
  const { kind, name } = words(scope);
  if (kind === 'all') return ofAll;
  return kind === 'image-set' ? ofSet(name) : ofPool(name);
}

/** Where a path says itself to which image set or host pool it belongs. */
function ofPath(path: unknown): Scope | undefined {
  const [collection = '', id = ''] = String(path).split('/');
  if (collection === 'image-sets') return ofSet(id);
  if (collection === 'host-pools') return ofPool(id);
  return ['releases', 'approvals', 'validations'].includes(collection) ? ofSet(id.split('.')[0]) : undefined;
}

/** An event belongs where its subject does, the path of what it is about. */
function ofEvent({ subject, data }: Words): Scope | undefined {
  const { imageSet, hostPool, scope } = words(data);
  if (String(subject).startsWith('freezes/') && scope !== undefined) return ofFreeze(scope);
  return ofPath(subject) ?? ofPool(hostPool) ?? ofSet(imageSet);
}

/** What operations are about has the set in front, but for rollouts and for receivers. */
async function ofOperation(id: string, find: Find): Promise<Scope | undefined> {
  const [kind = '', , ...of] = id.split('.');
  if (kind === 'rollout') return ofPool((await found(find.rollout(of.join('.'))))?.pool);
  return kind === 'redelivery' ? await ofSubscription(of.join('.'), find) : ofSet(of[0]);
}

/** A subscription belongs to an image set or a host pool if it hears of that one alone. */
function ofWants({ imageSets, hostPools }: Words): Scope | undefined {
  const one = (names: unknown) => (Array.isArray(names) && names.length === 1 ? names[0] : undefined);
  return ofSet(one(imageSets)) ?? ofPool(one(hostPools));
}

async function ofSubscription(id: string, find: Find): Promise<Scope | undefined> {
  return ofWants(words((await found(find.subscription(id)))?.plan.wants));
}

const collections: Readonly<Record<string, Collection>> = {
  'image-sets': {
    one: { parameter: 'set', thing: 'image set', scope: async (name) => ofSet(name) },
    shown: ({ name }) => ofSet(name),
  },
  'host-pools': {
    one: { parameter: 'pool', thing: 'host pool', scope: async (name) => ofPool(name) },
    shown: ({ name }) => ofPool(name),
    asked({ imageSet }) {
      const scope = ofSet(imageSet);
      return scope && { scope, target: 'imageSet', sees: true };
    },
  },
  rollouts: {
    one: {
      parameter: 'rollout',
      thing: 'rollout',
      scope: async (id, find) => ofPool((await found(find.rollout(id)))?.pool),
    },
    shown: ({ pool }) => ofPool(pool),
  },
  releases: beginsWithSet('release', ({ imageSet }) => ofSet(imageSet)),
  approvals: beginsWithSet('approval', ({ subject }) => ofSet(words(subject)['imageSet'])),
  validations: beginsWithSet('validation', ({ imageSet }) => ofSet(imageSet)),
  schedules: {
    one: {
      parameter: 'schedule',
      thing: 'schedule',
      scope: async (id, find) => ofSet((await found(find.schedule(id)))?.plan.request.imageSet),
    },
    shown: ({ request }) => ofSet(words(request)['imageSet']),
    asked({ request }) {
      const scope = ofSet(words(request)['imageSet']);
      return scope && { scope, target: 'request.imageSet' };
    },
  },
  freezes: {
    one: {
      parameter: 'freeze',
      thing: 'freeze',
      scope: async (id, find) => ofFreeze((await found(find.freeze(id)))?.scope),
    },
    shown: ({ scope }) => ofFreeze(scope),
    asked({ scope: wanted }) {
      const scope = ofFreeze(wanted);
      return scope && { scope, target: 'scope' };
    },
  },
  leftovers: { shown: ({ imageSet }) => ofSet(imageSet) },
  operations: {
    one: { parameter: 'operation', thing: 'operation', scope: ofOperation },
    shown: () => undefined,
  },
  events: { shown: ofEvent },
  subscriptions: {
    one: { parameter: 'subscription', thing: 'subscription', scope: ofSubscription },
    shown: ofWants,
    // One that hears of more than one of them, or of all, is for whoever may see everything.
    asked: (body) => ({ scope: ofWants(body) ?? ofAll, target: 'imageSets' }),
  },
  stuck: { shown: ({ subject, hostPool }) => ofPool(hostPool) ?? ofPath(subject) },
  'dead-letters': { shown: ({ subject }) => ofPath(subject) },
  // What Azure offers is no secret of anybody's.
  marketplace: { shown: () => ofAll },
};

/** The rule by which a route's things belong somewhere; undefined: only who may see everything sees them. */
export function collectionOf(route: string): Collection | undefined {
  const first = route.split('/')[0] ?? '';
  return Object.hasOwn(collections, first) ? collections[first] : undefined;
}

async function found<Of>(asked: Promise<Of>): Promise<Of | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (hasCode(error, 'NotFound')) return undefined;
    throw error;
  }
}
