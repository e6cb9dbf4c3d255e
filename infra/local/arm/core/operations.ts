import { ArmError, type Answer } from './arm-error.ts';
import type { Fault } from './faults.ts';
import type { Call, Provider } from './provider.ts';
import type { Random } from './random.ts';
import { sameId } from './resource-id.ts';
import type { Resources } from './resources.ts';
import type { BucketRule } from './throttle.ts';
import type { Timeline } from './timeline.ts';

/** A piece of work that goes on after the request was answered. */
export interface Work {
  /** What the work is about; while it runs, other work on it is refused. */
  readonly resourceId: string;
  readonly location: string;
  /** Least and most virtual seconds it takes, from which it is drawn; `open` work ends when `end` is called. */
  readonly seconds: readonly [number, number] | 'open';
  readonly kind: 'put' | 'patch' | 'delete' | 'post';
  readonly namespace?: string;
  /** The gallery's operations live under `capsOperations`, all others under `operations`. */
  readonly segment?: 'operations' | 'capsOperations';
  readonly retryAfter?: number;
  /** Also locked while it runs. */
  readonly alsoLocks?: readonly string[];
  /** Copied from while it runs: others may do the same, but these resources must stay. */
  readonly reads?: readonly string[];
  /** The outcome, at the end. What it returns is what Location answers; throwing an ArmError fails the operation. */
  readonly finish: () => unknown;
  /** When it failed; without it the resource's provisioningState becomes Failed. */
  readonly fail?: (error: ArmError) => void;
}

export interface Operation {
  readonly id: string;
  readonly work: Work;
  readonly startTime: string;
  readonly url: string;
  /** Virtual ms at which it is due to end; never, when it is stuck. */
  readonly endsAt: number;
  /** A fault keeps it from ever ending. */
  readonly stuck: boolean;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  endTime?: string;
  error?: ArmError;
  output?: unknown;
}

const STATUS_BUCKET: BucketRule = {
  name: 'Microsoft.Compute/GetOperationResource',
  perMinute: 15,
  burst: 45,
  by: ['operationId'],
};

/** Azure's asynchronous operations: started by a request, ended by the timeline, asked after by URL. */
export class Operations {
  readonly #operations = new Map<string, Operation>();
  readonly #running = new Map<string, Operation>();
  readonly #failures = new WeakMap<object, ArmError>();
  readonly #timeline: Timeline;
  readonly #resources: Resources;
  readonly #random: Random;

  constructor(timeline: Timeline, resources: Resources, random: Random) {
    this.#timeline = timeline;
    this.#resources = resources;
    this.#random = random;
  }

  /** Begins the work; refused with 409 while other work on the same resource runs. */
  start(call: Call, work: Work): Operation {
    for (const id of [work.resourceId, ...(work.alsoLocks ?? [])]) this.refuseIfBusy(id);
    const operation = this.#planned(call, work);
    this.#operations.set(operation.id, operation);
    for (const locked of this.#locks(operation)) this.#running.set(locked, operation);
    if (operation.endsAt !== Number.POSITIVE_INFINITY) {
      this.#timeline.at(operation.endsAt, () => this.#end(operation, scriptedFailure(call.fault)));
    }
    return operation;
  }

  /** Ends open work; without effect on work that has ended, or that a fault keeps from ending. */
  end(operation: Operation, error?: ArmError): void {
    if (operation.status === 'InProgress' && !operation.stuck) this.#end(operation, error);
  }

  /** Puts an end to work that something more urgent takes the place of, even if a fault holds it. */
  preempt(operation: Operation): void {
    const message = 'The operation has been preempted by a more recent operation.';
    this.#end(operation, new ArmError(409, 'OperationPreempted', message));
  }

  /** Lets go of what the work locked beside its own resource, before its end. */
  release(operation: Operation, resourceIds: readonly string[]): void {
    for (const id of resourceIds) {
      if (this.#running.get(id.toLowerCase()) === operation) this.#running.delete(id.toLowerCase());
    }
  }

  /** The operation that runs on this resource now. */
  running(resourceId: string): Operation | undefined {
    return this.#running.get(resourceId.toLowerCase());
  }

  /** Whether work that is under way copies from this resource. */
  isRead(resourceId: string): boolean {
    return this.all().some(
      ({ status, work }) => status === 'InProgress' && work.reads?.some((id) => sameId(id, resourceId)),
    );
  }

  refuseIfBusy(resourceId: string): void {
    if (!this.running(resourceId)) return;
    throw new ArmError(
      409,
      'Conflict',
      'The request failed due to conflict with a concurrent request. To resolve it, please refer to ' +
        'https://aka.ms/activitylog to get more details on the conflicting requests.',
    );
  }

  /** The answer that tells the client where to ask: Azure-AsyncOperation, Location and Retry-After. */
  answer(call: Call, operation: Operation, status: number, body?: unknown): Answer {
    const url = `${operation.url}?p=${operation.id.slice(0, 8)}&api-version=${call.apiVersion}`;
    return {
      status,
      ...(body !== undefined && { body }),
      headers: {
        'azure-asyncoperation': url,
        location: `${url}&monitor=true`,
        'retry-after': String(operation.work.retryAfter ?? 10),
      },
    };
  }

  all(): Operation[] {
    return [...this.#operations.values()];
  }

  /** The routes under which clients ask after operations of any provider. */
  provider(): Provider {
    const routes = (['operations', 'capsOperations'] as const).map((segment) => ({
      method: 'GET' as const,
      path: `/subscriptions/{subscriptionId}/providers/{namespace}/locations/{location}/${segment}/{operationId}`,
      apiVersion: '*',
      buckets: [STATUS_BUCKET],
      handle: (call: Call) => this.#ask(call),
    }));
    return { routes };
  }

  #planned(call: Call, work: Work): Operation {
    const id = this.#random.uuid();
    const { namespace = 'Microsoft.Compute', segment = 'operations' } = work;
    const { fault } = call;
    const fails = fault?.fault === 'fail-operation';
    const stuck = fault?.fault === 'stick-operation';
    // Open work that is to fail does so on its own, after half a minute unless the script says otherwise.
    const drawn = this.#random.between(...(work.seconds === 'open' ? ([30, 30] as const) : work.seconds));
    const seconds = stuck || (work.seconds === 'open' && !fails) ? Number.POSITIVE_INFINITY : drawn;
    return {
      id,
      work,
      startTime: this.#timeline.iso(),
      url:
        `https://management.azure.com/subscriptions/${call.subscriptionId}/providers/${namespace}` +
        `/locations/${work.location}/${segment}/${id}`,
      endsAt: this.#timeline.now() + (fails ? (fault.seconds ?? seconds) : seconds) * 1000,
      stuck,
      status: 'InProgress',
    };
  }

  #ask(call: Call): Answer {
    const operation = this.#operations.get(call.params['operationId'] ?? '');
    if (!operation) {
      const { operationId } = call.params;
      throw new ArmError(404, 'NotFound', `The entity was not found: operation '${operationId}'.`);
    }
    if (call.query.get('monitor') === 'true') return this.#monitor(call, operation);
    const { startTime, endTime, status, error, id } = operation;
    const wait: Record<string, string> =
      status === 'InProgress' ? { 'retry-after': String(operation.work.retryAfter ?? 10) } : {};
    const body = {
      startTime,
      ...(endTime && { endTime }),
      status,
      ...(error && { error: error.toError() }),
      name: id,
    };
    return { status: 200, body, headers: wait };
  }

  #monitor(call: Call, operation: Operation): Answer {
    if (operation.status === 'InProgress') return this.answer(call, operation, 202);
    if (operation.error) return operation.error.toAnswer();
    return operation.output === undefined ? { status: 200 } : { status: 200, body: operation.output };
  }

  #end(operation: Operation, failure: ArmError | undefined): void {
    if (operation.status !== 'InProgress') return;
    const { work } = operation;
    operation.endTime = this.#timeline.iso();
    this.release(operation, this.#locks(operation));
    try {
      if (failure) throw failure;
      operation.output = work.finish();
      operation.status = 'Succeeded';
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      operation.status = 'Failed';
      operation.error = error;
      this.#fail(work, error);
    }
  }

  #fail(work: Work, error: ArmError): void {
    if (work.fail) return work.fail(error);
    const resource = this.#resources.find(work.resourceId);
    if (!resource) return;
    resource.properties.provisioningState = 'Failed';
    this.#failures.set(resource, error);
    this.#resources.touch(resource);
  }

  /** Why the resource's provisioningState is Failed. */
  failureOf(resource: object): ArmError | undefined {
    return this.#failures.get(resource);
  }

  /** To be told by work that fails only part of what it is about. */
  noteFailure(resource: object, error: ArmError): void {
    this.#failures.set(resource, error);
  }

  #locks({ work }: Operation): string[] {
    return [work.resourceId, ...(work.alsoLocks ?? [])].map((id) => id.toLowerCase());
  }
}

function scriptedFailure(fault: Fault | undefined): ArmError | undefined {
  if (fault?.fault !== 'fail-operation') return undefined;
  const {
    code = 'InternalExecutionError',
    message = 'An internal execution error occurred.',
    innererror,
  } = fault;
  return new ArmError(500, code, message, { innererror });
}
