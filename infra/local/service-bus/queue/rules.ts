/** A queue as infra/queues.json and Bicep declare it: names and ISO 8601 durations of Microsoft.ServiceBus/namespaces/queues. */
export interface QueueDeclaration {
  readonly name: string;
  readonly lockDuration?: string;
  readonly maxDeliveryCount?: number;
  readonly defaultMessageTimeToLive?: string;
  readonly deadLetteringOnMessageExpiration?: boolean;
  readonly requiresDuplicateDetection?: boolean;
  readonly duplicateDetectionHistoryTimeWindow?: string;
}

/** What a queue goes by; all spans in ms. */
export interface QueueRules {
  readonly lockDuration: number;
  readonly maxDeliveryCount: number;
  readonly timeToLive: number;
  readonly deadLetteringOnMessageExpiration: boolean;
  readonly duplicateDetectionWindow: number | undefined;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * Reads a declaration, with Azure's defaults, and refuses what its resource provider refuses. One leniency:
 * locks of less than 5 s pass, or every test of a lost lock would last that long.
 */
export function rulesFrom(declared: QueueDeclaration): QueueRules {
  const { name } = declared;
  const refuse = (what: string): never => {
    throw new Error(`queue "${name}": ${what}`);
  };
  // The naming rules of Microsoft.ServiceBus: letters, numbers, periods, hyphens, underscores and slashes, up to 260.
  if (!/^[A-Za-z0-9](?:[\w./-]{0,258}[A-Za-z0-9])?$/.test(name)) refuse('not a name Service Bus allows');
  const lockDuration = milliseconds(declared.lockDuration ?? 'PT1M');
  if (!(lockDuration > 0 && lockDuration <= 5 * minute)) refuse('lockDuration must be at most PT5M');
  const { maxDeliveryCount = 10, deadLetteringOnMessageExpiration = false } = declared;
  if (!(Number.isInteger(maxDeliveryCount) && maxDeliveryCount >= 1 && maxDeliveryCount <= 2000)) {
    refuse('maxDeliveryCount must be 1 to 2000');
  }
  const timeToLive = timeToLiveFrom(declared);
  if (!(timeToLive > 0)) refuse('defaultMessageTimeToLive must be more than nothing');
  return {
    lockDuration,
    maxDeliveryCount,
    timeToLive,
    deadLetteringOnMessageExpiration,
    duplicateDetectionWindow: windowFrom(declared, refuse),
  };
}

/** A dead-letter queue keeps what it has until someone takes it: nothing expires in it, nothing is dead-lettered from it. */
export function deadLetterRules(rules: QueueRules): QueueRules {
  return {
    lockDuration: rules.lockDuration,
    maxDeliveryCount: Infinity,
    timeToLive: Infinity,
    deadLetteringOnMessageExpiration: false,
    duplicateDetectionWindow: undefined,
  };
}

function windowFrom(declared: QueueDeclaration, refuse: (what: string) => never): number | undefined {
  if (declared.requiresDuplicateDetection !== true) return undefined;
  const window = milliseconds(declared.duplicateDetectionHistoryTimeWindow ?? 'PT10M');
  if (window < 20_000 || window > 7 * day) {
    refuse('duplicateDetectionHistoryTimeWindow must be PT20S to P7D');
  }
  return window;
}

function timeToLiveFrom({ defaultMessageTimeToLive: declared }: QueueDeclaration): number {
  return declared === undefined ? Infinity : milliseconds(declared);
}

/** An ISO 8601 duration of days, hours, minutes and seconds, in ms. */
function milliseconds(duration: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(duration);
  if (parts === null || /[PT]$/.test(duration)) throw new Error(`"${duration}" is not an ISO 8601 duration`);
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return days * day + hours * 60 * minute + minutes * minute + seconds * 1000;
}
