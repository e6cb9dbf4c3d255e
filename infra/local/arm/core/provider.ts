import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './arm-error.ts';
import type { Fault } from './faults.ts';
import type { BucketRule } from './throttle.ts';

/** One request that reached a route; `params` hold the path's names as they were sent. */
export interface Call<Body = unknown> {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  readonly apiVersion: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** The fault that the script holds for this request, for handlers and operations to act on. */
  readonly fault?: Fault | undefined;
}

/** One operation of one resource type, as Azure's REST reference lists it. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** Matched without regard to case, e.g. `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/…/{vmName}`. */
  readonly path: string;
  /** The api-versions it answers to; `*` is any. */
  readonly apiVersion: string | readonly string[];
  readonly buckets?: readonly BucketRule[];
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** An endpoint under `/local/`, outside ARM: no token, no api-version, no throttling, not in the log. */
export interface LocalRoute {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly handle: (call: LocalCall) => Answer | Promise<Answer>;
}

/** A request to a service that has hosts of its own beside ARM: Blob Storage, Key Vault. */
export interface DataRequest {
  readonly method: string;
  /** The host the client meant, e.g. `stimages.blob.core.windows.net`. */
  readonly host: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Such a service, reached under `/<name>/<host>/…`: it sees to tokens and api-versions itself. */
export interface DataPlane {
  readonly name: string;
  /** Without an answer the connection is torn, as with a host that does not exist. */
  readonly handle: (request: DataRequest) => Answer | Promise<Answer> | undefined;
}

export interface LocalCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What one part of Azure brings to the simulator. */
export interface Provider {
  readonly routes: readonly Route[];
  readonly local?: readonly LocalRoute[];
  readonly data?: readonly DataPlane[];
}
