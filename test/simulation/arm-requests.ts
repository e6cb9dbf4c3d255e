/** A call of a port, as far as Azure's limits go. */
export interface Call {
  readonly port: string;
  readonly what: string;
  readonly subscriptionId: string;
  readonly place: string;
  readonly instanceId: string | undefined;
}

/** One request to Azure Resource Manager: how it is sent, and what Azure counts it as. */
export interface ArmRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  readonly url: string;
  /** Undefined where only the front door counts. */
  readonly kind?: Kind;
  /** Whose limit it is: a scale set or one machine. */
  readonly resource: string;
  /** Another page follows. */
  readonly isMore?: boolean;
}
export type Kind =
  | 'list'
  | 'list of machines'
  | 'set get'
  | 'set change'
  | 'get'
  | 'put'
  | 'update'
  | 'delete'
  | 'action';

/** How much there is to list, for calls that come in pages. */
export interface Sizes {
  readonly kind: 'uniform' | 'flexible' | 'stand-alone';
  readonly machines: number;
  readonly sessionHosts: number;
  readonly sessions: number;
}

/**
 * So many instances come in a page of a scale set's list. No number is published; of virtual machines without
 * their instance view Azure gives 200 a page (azure-sdk-for-java issue 31382), and ours asks for the view.
 */
const machinesPerPage = 100;
/** The page that is asked for; the service's own most is not published. */
const hostsPerPage = 250;

const subscription = (name: string) => `https://management.azure.com/subscriptions/${name}`;
const pages = (count: number, perPage: number) => Math.max(1, Math.ceil(count / perPage));

/** What a call of a port sends, request by request, as our adapters do. */
export function requestsOf(call: Call, sizes: Sizes): readonly ArmRequest[] {
  const isCompute = call.port !== 'sessionHosts' && call.port !== 'hostPools';
  return isCompute ? ofCompute(call, sizes) : ofDesktops(call, sizes);
}

function ofCompute({ what, subscriptionId, place, instanceId = '' }: Call, { kind: way, machines }: Sizes) {
  const group = `${subscription(subscriptionId)}/resourceGroups/g-${place}/providers/Microsoft.Compute`;
  const set = `${group}/virtualMachineScaleSets/${place}`;
  // Only of a Uniform scale set are machines asked for through it.
  const machine = `${way === 'uniform' ? set : group}/virtualMachines/${instanceId}`;
  const of = (method: ArmRequest['method'], url: string, kind: Kind): ArmRequest => {
    const isOfSet = kind === 'list' || kind === 'set get' || kind === 'set change';
    return { method, url, kind, resource: isOfSet ? set : machine };
  };
  if (what === 'list') {
    if (way !== 'uniform') return ofMachines(group, machines, way === 'stand-alone');
    return Array.from({ length: pages(machines, machinesPerPage) }, (_, page) => ({
      ...of('GET', `${set}/virtualMachines${page === 0 ? '' : `?$skiptoken=${page}`}`, 'list'),
      isMore: page + 1 < pages(machines, machinesPerPage),
    }));
  }
  // For instances of a scale set the table has one row for both.
  const change = way === 'uniform' ? 'update' : 'put';
  const direct: Readonly<Record<string, readonly ArmRequest[]>> = {
    model: [of('GET', set, 'set get')],
    setModelImage: [of('PATCH', set, 'set change')],
    read: [of('GET', machine, 'get')],
    setTag: [of('GET', machine, 'get'), of('PUT', machine, change)], // read before it is written whole
    deallocate: [of('POST', `${machine}/deallocate`, 'delete')],
    applyModel: [of('POST', `${set}/manualupgrade`, 'action')],
  };
  return direct[what] ?? ofPartOf(what, machine, of) ?? [of('POST', `${machine}/${what}`, 'action')];
}

/** Its scripts, and what only machines that stand alone are asked. */
function ofPartOf(
  what: string,
  machine: string,
  of: (method: ArmRequest['method'], url: string, kind: Kind) => ArmRequest,
): ArmRequest[] | undefined {
  switch (what) {
    case 'runCommand':
      return [of('GET', `${machine}/runCommands/ours`, 'get')];
    case 'startRunCommand':
      return [of('PUT', `${machine}/runCommands/ours`, 'update')];
    case 'removeRunCommand':
      return [of('DELETE', `${machine}/runCommands/ours`, 'update')];
    case 'blueprint': // the machine, then each of its extensions
    case 'extensions':
      return [of('GET', machine, 'get'), of('GET', `${machine}/extensions`, 'get')];
    case 'ensurePartsKept':
      return [of('GET', machine, 'get'), of('PATCH', machine, 'update')];
    case 'remove':
    case 'removeWithParts':
      return [of('DELETE', machine, 'delete')];
    case 'create':
      return [of('GET', machine, 'get'), of('PUT', machine, 'put')];
    case 'addExtension':
      return [of('PUT', `${machine}/extensions/one`, 'update')];
    default:
      return undefined;
  }
}

/** Of virtual machines Azure lists those of a group, and of the whole subscription how they are. */
function ofMachines(group: string, count: number, isAlone: boolean): ArmRequest[] {
  const one = { method: 'GET', kind: 'list of machines', resource: group } as const;
  const all = Array.from({ length: pages(count, machinesPerPage) }, () => ({
    ...one,
    url: `${group}/virtualMachines`,
  }));
  const status = { ...one, url: `${group.replace(/\/resourceGroups\/[^/]+/, '')}/virtualMachines` };
  return isAlone ? [...all, status] : all;
}

const methods: Readonly<Record<string, ArmRequest['method']>> = {
  setAllowNewSession: 'PATCH',
  assign: 'PATCH',
  remove: 'DELETE',
  sendMessage: 'POST',
  logOff: 'DELETE',
};

/** No limit of the desktops' own is published: only the front door counts. */
function ofDesktops({ what, subscriptionId, place }: Call, { sessionHosts, sessions }: Sizes) {
  const pool = `${subscription(subscriptionId)}/resourceGroups/g/providers/Microsoft.DesktopVirtualization/hostPools/${place}`;
  const of = (method: ArmRequest['method'], url: string): ArmRequest => ({ method, url, resource: pool });
  const paged = (count: number, url: string) =>
    Array.from({ length: pages(count, hostsPerPage) }, () => of('GET', url));
  switch (what) {
    case 'list':
      return paged(sessionHosts, `${pool}/sessionHosts`);
    case 'sessionsOfPool':
      return paged(sessions, `${pool}/userSessions`);
    case 'registrationToken': // read before it is renewed
      return [of('GET', pool), of('PATCH', pool)];
    default:
      return [of(methods[what] ?? 'GET', `${pool}/sessionHosts/one`)];
  }
}
